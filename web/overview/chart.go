package overview

import (
	"strconv"

	"gatehouse/web/ui"
)

// barChart shows sign-ins per day as bars.
type barChart struct {
	Bars    []bar
	Summary string // in words
	Most    int    // of one day: the top of the scale
}

// bar is one day, in units of the SVG.
type bar struct {
	Day                  string // "24 Nov"
	Succeeded, Failed    int
	X, Good, Bad, Height int // from the top: where good begins, where bad does; height of good
	BadHeight            int
	Middle               int
	Label                string // under every other bar
}

// Dimensions of the SVG.
const (
	chartWidth  = 40  // of a day
	chartHeight = 140 // of the highest
	chartTop    = 10
)

// newChart returns the chart of days, oldest first.
func newChart(days []chartDay) barChart {
	c := barChart{}
	good, bad := 0, 0
	for _, d := range days {
		c.Most = max(c.Most, d.Succeeded+d.Failed)
		good, bad = good+d.Succeeded, bad+d.Failed
	}
	for i, d := range days {
		b := bar{
			Day:       d.Name,
			Succeeded: d.Succeeded,
			Failed:    d.Failed,
			X:         i*chartWidth + 6,
			Middle:    i*chartWidth + chartWidth/2,
			Height:    barHeight(d.Succeeded, c.Most),
			BadHeight: barHeight(d.Failed, c.Most),
		}
		b.Good = chartTop + chartHeight - b.Height
		b.Bad = b.Good - b.BadHeight
		if (len(days)-1-i)%2 == 0 {
			b.Label = d.Name
		}
		c.Bars = append(c.Bars, b)
	}
	c.Summary = "In the last " + strconv.Itoa(len(days)) + " days " +
		ui.Count(good, "sign-in", "sign-ins") + " succeeded and " + strconv.Itoa(bad) + " failed."
	return c
}

// barHeight returns the height of a bar, at least visible for n > 0.
func barHeight(n, most int) int {
	if n == 0 || most == 0 {
		return 0
	}
	return max(2, n*chartHeight/most)
}

// chartDay is the data of one day.
type chartDay struct {
	Name              string // "24 Nov"
	Succeeded, Failed int
}

// Width returns the width of the SVG.
func (c barChart) Width() int { return len(c.Bars)*chartWidth + 10 }

// None reports whether the chart is empty.
func (c barChart) None() bool { return c.Most == 0 }
