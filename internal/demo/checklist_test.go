package demo

import (
	"testing"
	"time"

	"gatehouse/sso"
)

func TestChangedLater(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	change := []sso.GroupChange{{Name: "admins"}}
	record := func(id sso.SyncRecordID, user sso.UserID, minute int, added, removed []sso.GroupChange) sso.SyncRecord {
		return sso.SyncRecord{
			ID:      id,
			User:    user,
			At:      at.Add(time.Duration(minute) * time.Minute),
			Added:   added,
			Removed: removed,
		}
	}
	tests := map[string]struct {
		records []sso.SyncRecord
		want    bool
	}{
		"none": {nil, false},
		"first sign-in": {
			[]sso.SyncRecord{record("1", "a", 0, change, nil)},
			false,
		},
		"two people's first": {
			[]sso.SyncRecord{
				record("2", "b", 1, change, nil), record("1", "a", 0, change, nil),
			},
			false,
		},
		"second without change": {
			[]sso.SyncRecord{
				record("2", "a", 1, nil, nil), record("1", "a", 0, change, nil),
			},
			false,
		},
		"second adds": {
			[]sso.SyncRecord{
				record("2", "a", 1, change, nil), record("1", "a", 0, nil, nil),
			},
			true,
		},
		"second removes": {
			[]sso.SyncRecord{
				record("1", "a", 0, change, nil), record("2", "a", 1, nil, change),
			},
			true,
		},
		"two in the same moment": {
			[]sso.SyncRecord{
				record("2", "a", 0, change, nil), record("1", "a", 0, change, nil),
			},
			true,
		},
		"another person's no sign": {
			[]sso.SyncRecord{
				record("3", "b", 2, change, nil), record("2", "a", 1, nil, nil),
				record("1", "a", 0, nil, nil),
			},
			false,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := changedLater(tt.records); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestSaidInWords(t *testing.T) {
	seen := map[string]sso.GroupsState{}
	for _, state := range []sso.GroupsState{
		sso.GroupsAbsent, sso.GroupsEmpty, sso.GroupsValues, sso.GroupsOverage,
		sso.GroupsTruncated, sso.GroupsPartial,
	} {
		words := saidInWords(sso.AssertedGroups{
			State: state,
			Names: []string{"a", "b"},
		})
		if other, ok := seen[words]; ok {
			t.Errorf("%v and %v are both %q", state, other, words)
		}
		seen[words] = state
	}
}
