package console

import (
	"strconv"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// GroupTrace shows how a mapping transforms the groups sent in a test.
type GroupTrace struct {
	Tested ui.Time
	Source string // the claim that was read; "" if there was none
	Rows   []TraceRow
	More   string // how many values are not shown, in words; "" for none
}

// TraceRow shows how one value becomes a group.
type TraceRow struct {
	Sent, Name string
	Result     ui.Badge
	Detail     string // the groups that it matches, each with its organization; or why there is no name
}

const rowsTraced = 50

// NewGroupTrace returns the trace in words.
func NewGroupTrace(t sso.GroupTrace, tested ui.Time) *GroupTrace {
	p := &GroupTrace{Tested: tested, Source: t.Source}
	for _, v := range t.Values[:min(len(t.Values), rowsTraced)] {
		row := TraceRow{Sent: sso.EscapeRaw(v.Sent), Name: v.Name}
		switch {
		case v.Why != "":
			row.Result = ui.Badge{Label: "not understood", State: "warn"}
			row.Detail = "It " + v.Why.String() + "."
		case v.LeftOut:
			row.Result = ui.Badge{Label: "left out"}
		case len(v.Groups) == 0:
			row.Result = ui.Badge{Label: "no group here", State: "warn"}
		default:
			row.Result = ui.Badge{Label: "matched", State: "ok"}
		}
		for i, g := range v.Groups {
			if i > 0 {
				row.Detail += ", "
			}
			row.Detail += g.Name + " in " + g.Organization
		}
		p.Rows = append(p.Rows, row)
	}
	if more := len(t.Values) - len(p.Rows); more > 0 {
		p.More = "There are " + strconv.Itoa(more) + " more values."
	}
	return p
}

// RewriteOptions are the presets of a rewrite, with the words for each.
func RewriteOptions() []ui.Option {
	return []ui.Option{
		{Value: "", Label: "None, or the expression below"},
		{Value: sso.RewriteCommonName, Label: "CN of a DN"},
		{Value: sso.RewriteLastSegment, Label: "Last part of a path"},
		{Value: sso.RewriteMembers, Label: "Member names of an object"},
	}
}
