package page

import "testing"

// BenchmarkNew is what the pages cost at every start, whoever opens them.
func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
