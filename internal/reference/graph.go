package reference

// A Graph is a model between what it reads and who reads it, as boxes to draw.
type Graph struct {
	Width, Height int
	Boxes         []Box
	Lines         []Line
}

// A Box is at the place of its upper left corner.
type Box struct {
	X, Y, Width int
	Text        string
	// Anchor is empty for the model itself; Kind is input, model or self.
	Anchor, Kind string
}

// A Line is a curve from one box to another.
type Line struct{ X1, Y1, X2, Y2, Middle int }

const (
	boxWidth, boxHeight = 232, 24
	step, gap           = 30, 64
)

func graph(m Model) Graph {
	rows := max(len(m.Reads), len(m.Readers), 1)
	g := Graph{Width: 3*boxWidth + 2*gap + 2, Height: rows * step}
	middle := Box{X: boxWidth + gap, Y: (g.Height - boxHeight) / 2, Width: boxWidth, Text: m.Name, Kind: "self"}
	for i, r := range m.Reads {
		b := Box{Y: place(i, len(m.Reads), g.Height), Width: boxWidth, Text: r.Name, Anchor: r.Name, Kind: r.Kind}
		if r.Kind == "input" {
			b.Anchor = "input." + r.Name
		}
		g.add(b, b, middle)
	}
	for i, name := range m.Readers {
		b := Box{X: 2 * (boxWidth + gap), Y: place(i, len(m.Readers), g.Height), Width: boxWidth, Text: name, Anchor: name, Kind: "model"}
		g.add(b, middle, b)
	}
	g.Boxes = append(g.Boxes, middle)
	return g
}

// place is the upper edge of one of n boxes that stand in the middle of the height.
func place(i, n, height int) int { return (height-n*step)/2 + i*step + (step-boxHeight)/2 }

func (g *Graph) add(b, from, to Box) {
	g.Boxes = append(g.Boxes, b)
	l := Line{X1: from.X + boxWidth, Y1: from.Y + boxHeight/2, X2: to.X, Y2: to.Y + boxHeight/2}
	l.Middle = (l.X1 + l.X2) / 2
	g.Lines = append(g.Lines, l)
}
