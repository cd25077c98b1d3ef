package drift

import (
	"testing"

	"gatehouse/sso"
)

// TestReading: a node reads four lists at a time, and one of each company.
func TestReading(t *testing.T) {
	t.Parallel()
	var r reading
	var first func()
	for _, ent := range []sso.EnterpriseID{"a", "b", "c", "d"} {
		done, err := r.begin(ent)
		if err != nil {
			t.Fatal(err)
		}
		first = done
	}
	for _, ent := range []sso.EnterpriseID{"a", "e"} {
		if _, err := r.begin(ent); sso.CodeOf(err) != "directory_busy" {
			t.Errorf("%s: %v", ent, err)
		}
	}
	first()
	if _, err := r.begin("e"); err != nil {
		t.Error(err)
	}
}
