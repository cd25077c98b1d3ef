package sso

import (
	"fmt"
	"time"
)

// FormatDuration returns a duration as pages and mails show it, in one unit and without
// its sign: "40 seconds", "10 minutes", "24 hours", "3 days".
func FormatDuration(d time.Duration) string {
	const day = 24 * time.Hour
	d = d.Abs()
	switch {
	case d < 500*time.Millisecond:
		return "less than a second"
	case d < 90*time.Second:
		return formatUnits(d, time.Second, "second")
	case d < 90*time.Minute:
		return formatUnits(d, time.Minute, "minute")
	case d < 2*day:
		return formatUnits(d, time.Hour, "hour")
	}
	return formatUnits(d, day, "day")
}

func formatUnits(d, unit time.Duration, name string) string {
	n := int64(d.Round(unit) / unit)
	if n != 1 {
		name += "s"
	}
	return fmt.Sprintf("%d %s", n, name)
}
