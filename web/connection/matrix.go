package connection

import (
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// rowOf is the row of one name, with a cell for each organization.
func rowOf(v console.Visit, n name, columns []sso.Organization) matrixRow {
	row := matrixRow{Name: n.text, People: ui.People(n.people)}
	switch {
	case n.text == sso.DefaultGroupName:
		row.State = ui.Badge{Label: "matches nothing"}
	case n.nowhere():
		row.State = ui.Badge{Label: "unmatched", State: "warn"}
		if sso.LooksLikeObjectID(n.text) {
			row.State.Label = "unmatched, an object ID"
		}
	case n.unsent():
		row.State, row.People = ui.Badge{Label: "never sent"}, "none"
	}
	for _, o := range columns {
		row.Cells = append(row.Cells, cellOf(v, n, o))
	}
	return row
}

func cellOf(v console.Visit, n name, o sso.Organization) matrixCell {
	if n.text == sso.DefaultGroupName {
		return matrixCell{
			State: ui.Badge{Label: "default group excluded"},
			Href:  console.At(v.Enterprise, "groups", string(o.DefaultGroup)),
		}
	}
	for _, g := range n.groups {
		if g.Organization == o.ID {
			return matchedCell(v, n, g)
		}
	}
	for _, m := range n.near {
		if m.Organization == o.ID {
			return matrixCell{
				State:  ui.Badge{Label: nearness(m.Why), State: "warn"},
				Detail: m.Name,
				Href:   console.At(v.Enterprise, "groups", string(m.Group)),
				Accept: console.AcceptName(v, m, ""),
			}
		}
	}
	if len(n.groups) > 0 && n.said {
		return matrixCell{State: ui.Badge{Label: "only elsewhere"}}
	}
	return matrixCell{}
}

// matchedCell is the cell of a group that has the name. People are in a default
// group of the connection whether its name is sent or not.
func matchedCell(v console.Visit, n name, g sso.Group) matrixCell {
	const everyone = "default group of the connection"
	cell := matrixCell{
		State: ui.Badge{Label: "matched", State: "ok"},
		Href:  console.At(v.Enterprise, "groups", string(g.ID)),
	}
	cfg := v.Connection.Live
	if cfg == nil {
		cfg = settled(v.Connection)
	}
	joined := slices.Contains(cfg.DefaultGroups, g.ID)
	switch {
	case !n.said && joined:
		cell.State = ui.Badge{Label: everyone}
		return cell
	case !n.said:
		cell.State = ui.Badge{Label: "here"}
		return cell
	case g.Name != n.text:
		cell.State.Label, cell.Detail = "matched as IdP name", g.Name
	}
	if joined {
		cell.Detail = strings.TrimPrefix(cell.Detail+", "+everyone, ", ")
	}
	return cell
}

// nearness says in two or three words how two names differ.
func nearness(n sso.Nearness) string {
	switch n {
	case sso.DiffersInSpace:
		return "other spaces"
	case sso.DiffersInvisibly:
		return "invisible characters"
	case sso.DiffersInCase:
		return "other letter case"
	case sso.IsDefaultGroup:
		return "default group"
	case sso.IsCommonName:
		return "CN of a DN"
	case sso.IsLastSegment:
		return "last part of a path"
	case sso.HasDomain:
		return "with a domain"
	case sso.IsObjectID:
		return "object ID"
	case sso.IsBracketed:
		return "inside a list as text"
	case sso.IsPiece:
		return "one of several names"
	}
	return "looks alike"
}
