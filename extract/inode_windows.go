package extract

import "os"

// inode cannot be told here: size and time alone say that a file is unchanged.
func inode(os.FileInfo) uint64 { return 0 }
