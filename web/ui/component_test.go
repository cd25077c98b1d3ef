package ui

import (
	"testing"
	"time"
)

func TestTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		0:                                  "just now",
		59 * time.Second:                   "just now",
		time.Minute:                        "1 minute ago",
		59 * time.Minute:                   "59 minutes ago",
		time.Hour:                          "1 hour ago",
		23 * time.Hour:                     "23 hours ago",
		24 * time.Hour:                     "1 day ago",
		59 * 24 * time.Hour:                "59 days ago",
		60 * 24 * time.Hour:                "2 months ago",
		800 * 24 * time.Hour:               "2 years ago",
		-time.Hour:                         "in 1 hour",
		-(7*24*time.Hour - time.Second):    "in 7 days",
		-(6*24*time.Hour + 11*time.Hour):   "in 6 days",
		-(24*time.Hour - time.Minute):      "in 1 day",
		-(2*time.Hour - time.Millisecond):  "in 2 hours",
		-(60*24*time.Hour - 2*time.Second): "in 2 months",
		-30 * time.Second:                  "just now",
	} {
		if got := NewTime(now.Add(-d), now).Relative; got != want {
			t.Errorf("%s: want %q, got %q", d, want, got)
		}
	}
	far := time.Date(2999, 12, 31, 0, 0, 0, 0, time.UTC)
	if got := NewTime(far, now).Relative; got != "in 292 years" { // as far as a duration reaches
		t.Errorf("%s is %q", far, got)
	}
	if got := NewTime(time.Time{}, now); got != (Time{Relative: "never"}) {
		t.Errorf("the zero time is %+v", got)
	}
}
