package connection

import (
	"strconv"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// moveBy names an attribute.
func moveBy(by sso.MoveBy) string {
	if name, is := by.Attribute(); is {
		return "the claim " + name
	}
	switch by {
	case sso.MoveByEmail:
		return "e-mail address"
	case sso.MoveByExternalID:
		return "externalId"
	}
	return string(by)
}

func movedWhy(r sso.MoveReason) string {
	return map[sso.MoveReason]string{
		sso.MoveNoValue:     "Has no such value",
		sso.MoveDeactivated: "Is deactivated",
		sso.MoveTwice:       "Another person has the same value",
		sso.MoveAtTarget:    "An account at the new connection has the value",
		sso.MoveTaken:       "Another active person has the value",
		sso.MoveAdmin:       "Administers the company",
		sso.MoveOperator:    "Is also an operator",
		sso.MoveOutdated:    "Last signed in with another login",
	}[r]
}

// movedTab is the heading of a list of people of a move.
func movedTab(m sso.MoveState, s sso.MoveEntryState) string {
	if m == sso.MoveUndone && s == sso.MoveWaiting {
		return "Had not come"
	}
	return map[sso.MoveEntryState]string{
		sso.MoveHeld:      "Doubtful",
		sso.MoveWaiting:   "Expected",
		sso.MoveUsed:      "Have come",
		sso.MoveUnmatched: "Not found",
		sso.MoveThere:     "Known there already",
		sso.MoveLeft:      "Not moved",
	}[s]
}

func moveTitle(m sso.Move, names map[sso.ConnectionID]string) string {
	name := func(id sso.ConnectionID) string {
		switch {
		case id == "":
			return "People without a connection"
		case names[id] == "":
			return "Deleted connection"
		}
		return names[id]
	}
	return name(m.From) + " to " + name(m.To) + ", by " + moveBy(m.By)
}

func moveSeen(c sso.MoveCounts) string {
	return strconv.Itoa(c.Used) + " of " + strconv.Itoa(c.Matched()) + " have come"
}

func moveState(s sso.MoveState) ui.Badge {
	switch s {
	case sso.MoveReady:
		return ui.Badge{Label: "in effect", State: "ok"}
	case sso.MoveUndone:
		return ui.Badge{Label: "undone"}
	}
	return ui.Badge{Label: "being prepared", State: "warn"}
}
