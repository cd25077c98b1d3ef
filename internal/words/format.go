package words

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// DateTime returns a moment exactly, in UTC.
func (l *Language) DateTime(t time.Time) string {
	t = t.UTC()
	return l.moment.Fill(map[string]string{
		"day":    strconv.Itoa(t.Day()),
		"month":  l.months[t.Month()-1],
		"year":   strconv.Itoa(t.Year()),
		"hour":   fmt.Sprintf("%02d", t.Hour()),
		"minute": fmt.Sprintf("%02d", t.Minute()),
	}) + " UTC"
}

const day = 24 * time.Hour

// units are what the distance of a moment is told in.
var units = [...]struct {
	below, size         time.Duration
	pastOne, pastMany   string
	aheadOne, aheadMany string
}{
	{time.Hour, time.Minute, "{n} minute ago", "{n} minutes ago", "in {n} minute", "in {n} minutes"},
	{day, time.Hour, "{n} hour ago", "{n} hours ago", "in {n} hour", "in {n} hours"},
	{60 * day, day, "{n} day ago", "{n} days ago", "in {n} day", "in {n} days"},
	{730 * day, 30 * day, "{n} month ago", "{n} months ago", "in {n} month", "in {n} months"},
	{math.MaxInt64, 365 * day, "{n} year ago", "{n} years ago", "in {n} year", "in {n} years"},
}

// Ago returns how long ago t is, or in how long, as seen at now. The zero time is
// "never".
func (l *Language) Ago(t, now time.Time) string {
	if t.IsZero() {
		return l.Text("never")
	}
	d := now.Sub(t)
	ahead := d < -time.Minute
	if ahead {
		d = nearest(-max(d, -math.MaxInt64))
	}
	if d < time.Minute {
		return l.Text("just now")
	}
	i := 0
	for d >= units[i].below && i < len(units)-1 {
		i++
	}
	u := units[i]
	n := int(d / u.size)
	if ahead {
		return l.Count(n, u.aheadOne, u.aheadMany)
	}
	return l.Count(n, u.pastOne, u.pastMany)
}

// nearest rounds the time until something to the unit that it is told in: what ends
// in a week, less the second that passed since, ends in 7 days.
func nearest(d time.Duration) time.Duration {
	for _, u := range units[:3] {
		if d < u.below {
			return d.Round(u.size)
		}
	}
	return d
}
