package demo

// Recommends counts the answers to "would you recommend us", 0 to 10, by what they make of
// who gives them. NPS = (Promoters − Detractors) / all three.
type Recommends struct {
	Promoters  int64 `json:"promoters"` // 9 and 10
	Passives   int64 `json:"passives"`  // 7 and 8
	Detractors int64 `json:"detractors"`
}

// score counts an answer; one below 0 was not given.
func (r *Recommends) score(recommend int) {
	switch {
	case recommend >= 9:
		r.Promoters++
	case recommend >= 7:
		r.Passives++
	case recommend >= 0:
		r.Detractors++
	}
}

func (r *Recommends) add(p Recommends) {
	r.Promoters += p.Promoters
	r.Passives += p.Passives
	r.Detractors += p.Detractors
}
