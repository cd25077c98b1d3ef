package sso

import (
	"testing"
	"time"
)

func TestFormatDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                              "less than a second",
		time.Second:                    "1 second",
		-9 * time.Second:               "9 seconds",
		9 * time.Minute:                "9 minutes",
		10*time.Minute - 2*time.Second: "10 minutes",
		24 * time.Hour:                 "24 hours",
		72 * time.Hour:                 "3 days",
		-90 * time.Minute:              "2 hours",
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("%v is %q, not %q", d, got, want)
		}
	}
}
