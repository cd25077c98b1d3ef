package connection

import (
	"strconv"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// connectionMovePage offers to move the people of a connection to another one.
type connectionMovePage struct {
	ui.Base
	Wrong      []ui.Wrong
	Without    string // why no one can be moved; "" if people can
	Action     string // where the form is sent
	Fields     []ui.Field
	Attributes []moveAttributeRow // what each finds; none before a target is chosen
	Tried      string             // such as "By login"; "" if nothing was tried
	Text       string             // what the move would do
	Start      *ui.Confirm        // nil if it would move no one
	Lists      []ui.Link
	Rows       []movedRow // of the current one of Lists
	More       int        // people who are not in Rows
	Moves      []moveRow
}

func (connectionMovePage) Title() string { return "Move people" }

// moveAttributeRow is what a move by one attribute would find.
type moveAttributeRow struct {
	Name                          string
	Href                          string
	Best                          bool // it finds most people
	Found, Held, Unmatched, There int
}

// movedRow is a person in a move.
type movedRow struct {
	Login  string
	Href   string
	Why    string // "" if there is nothing to say
	Other  string // address of the person who has the value, too; "" if no one does
	Decide string // where a decision is posted; "" if none is needed
}

// moveRow is a move that was started.
type moveRow struct {
	Title string
	Href  string
	State ui.Badge
	Seen  string
	At    ui.Time
}

// connectionMovedPage shows a move that was started.
type connectionMovedPage struct {
	ui.Base
	Wrong    []ui.Wrong
	State    ui.Badge
	Facts    []ui.Fact
	Text     string // what it waits for, and what to do next
	Next     *ui.Link
	Running  bool // it is being prepared, so the page looks again
	Percent  int
	Progress string // such as "3 of 200 have come"
	Undo     *ui.Confirm
	States   []ui.Link
	Rows     []movedRow
	Pager    ui.Pager
}

func (connectionMovedPage) Title() string { return "Move of people" }

func moveAttribute(v console.Visit, r connections.MoveRequest, c sso.MoveCounts) moveAttributeRow {
	return moveAttributeRow{
		Name:      moveBy(r.By),
		Href:      moveHref(v, r),
		Found:     c.Waiting,
		Held:      c.Held,
		Unmatched: c.Unmatched,
		There:     c.There,
	}
}

// markBest marks the attributes that find most people.
func (p *connectionMovePage) markBest() {
	most := 1
	for _, a := range p.Attributes {
		most = max(most, a.Found)
	}
	for i := range p.Attributes {
		p.Attributes[i].Best = p.Attributes[i].Found == most
	}
}

// tried shows what a move would do, with one of its three lists.
func (p *connectionMovePage) tried(
	v console.Visit, r connections.MoveRequest, found sso.MovePreview, list string, targets []sso.Connection,
) {
	p.Tried = "By " + moveBy(r.By)
	for _, c := range targets {
		if c.ID == r.To {
			p.Text = moveWords(found.Counts, c.Name)
		}
	}
	if found.Counts.Waiting+found.Counts.Held > 0 {
		p.Start = moveStart(v, r, found.Counts)
	}
	lists := []struct {
		id, label string
		count     int
		entries   []sso.MoveEntry
	}{
		{"held", "Doubtful", found.Counts.Held, found.Held},
		{"unmatched", "Not found", found.Counts.Unmatched, found.Unmatched},
		{"found", "Found", found.Counts.Waiting, found.Matched},
	}
	current := -1
	for i, l := range lists {
		if l.id == list || current < 0 && l.count > 0 {
			current = i
		}
		if l.id == list {
			break
		}
	}
	current = max(current, 0)
	for i, l := range lists {
		p.Lists = append(p.Lists, ui.Link{
			Label:   l.label + " (" + strconv.Itoa(l.count) + ")",
			Href:    moveHref(v, r) + "&list=" + l.id + "#h-tried",
			Current: i == current,
		})
	}
	for _, e := range lists[current].entries {
		p.Rows = append(p.Rows, movedRowOf(v, e))
	}
	p.More = lists[current].count - len(p.Rows)
}

// moveWords says what a move would do.
func moveWords(c sso.MoveCounts, to string) string {
	if c.Waiting+c.Held+c.Unmatched+c.There == 0 {
		return "There is no one to move."
	}
	text := "No one is found without doubt."
	if c.Waiting > 0 {
		text = ui.Count(c.Waiting, "person is", "people are") + " found at the first sign-in through " + to +
			", and each keeps account, groups and history."
	}
	if c.Held > 0 {
		text += " " + ui.Count(c.Held, "doubtful case waits", "doubtful cases wait") +
			" for a decision after the start."
	}
	if c.Unmatched > 0 {
		text += " " + ui.Count(c.Unmatched, "person is", "people are") +
			" not found: the move changes nothing for them."
	}
	if c.There > 0 {
		text += " " + ui.Count(c.There, "person is", "people are") + " known there already."
	}
	return text
}

func moveStart(v console.Visit, r connections.MoveRequest, c sso.MoveCounts) *ui.Confirm {
	query := moveQuery(r)
	label := "Start the move"
	if c.Waiting > 0 {
		label = "Move " + ui.People(c.Waiting)
	}
	confirm := &ui.Confirm{
		Label: label,
		Text: "From now on the first sign-in or push there with the value of a person opens that person’s account, " +
			"and both connections lead to it. Nothing changes before everyone is prepared. The move can be undone.",
		Action: at(v, "move"),
		Button: "Start the move",
	}
	for _, name := range []string{"from", "to", "by", "claim"} {
		if query.Has(name) {
			confirm.Fields = append(confirm.Fields, ui.HiddenField{
				Name:  name,
				Value: query.Get(name),
			})
		}
	}
	return confirm
}

// movedRowOf is the row of a person without a decision to take.
func movedRowOf(v console.Visit, e sso.MoveEntry) movedRow {
	row := movedRow{
		Login: e.Login,
		Href:  console.At(v.Enterprise, "people", string(e.User)),
		Why:   movedWhy(e.Why),
	}
	if e.Other != "" {
		row.Other = console.At(v.Enterprise, "people", string(e.Other))
	}
	return row
}

func movedRowIn(v console.Visit, m sso.Move, e sso.MoveEntry) movedRow {
	row := movedRowOf(v, e)
	if m.State == sso.MoveReady && e.State == sso.MoveHeld {
		row.Decide = at(v, "moves", string(m.ID), "people", string(e.User))
	}
	return row
}

func (h *Handlers) moveRow(v console.Visit, m sso.Move, names map[sso.ConnectionID]string) moveRow {
	return moveRow{
		Title: moveTitle(m, names),
		Href:  at(v, "moves", string(m.ID)),
		State: moveState(m.State),
		Seen:  moveSeen(m.Counts),
		At:    h.time(m.CreatedAt),
	}
}

// moveEntryStates are the lists of a started move.
func moveEntryStates() []sso.MoveEntryState {
	return []sso.MoveEntryState{
		sso.MoveHeld, sso.MoveWaiting, sso.MoveUsed, sso.MoveUnmatched, sso.MoveThere, sso.MoveLeft,
	}
}

func countOf(c sso.MoveCounts, s sso.MoveEntryState) int {
	return map[sso.MoveEntryState]int{
		sso.MoveHeld:      c.Held,
		sso.MoveWaiting:   c.Waiting,
		sso.MoveUsed:      c.Used,
		sso.MoveUnmatched: c.Unmatched,
		sso.MoveThere:     c.There,
		sso.MoveLeft:      c.Left,
	}[s]
}

// firstOfMove returns the first list of a move that is not empty.
func firstOfMove(c sso.MoveCounts) sso.MoveEntryState {
	for _, s := range moveEntryStates() {
		if countOf(c, s) > 0 {
			return s
		}
	}
	return sso.MoveWaiting
}

// movePage is the page of a started move without its frame and its people.
func movePage(
	v console.Visit, m sso.Move, names map[sso.ConnectionID]string, state sso.MoveEntryState, now time.Time,
) *connectionMovedPage {
	here := at(v, "moves", string(m.ID))
	started := ui.NewTime(m.CreatedAt, now)
	p := &connectionMovedPage{
		State: moveState(m.State),
		Facts: []ui.Fact{
			{Label: "Move", Value: moveTitle(m, names)},
			{Label: "Started", Time: &started},
		},
		Percent:  percent(m.Counts.Used, m.Counts.Matched()),
		Progress: moveSeen(m.Counts),
		Running:  m.State == sso.MoveCollecting,
	}
	p.Text, p.Next = moveNext(v.Enterprise, m, names[m.From])
	for _, s := range moveEntryStates() {
		if n := countOf(m.Counts, s); n > 0 || s == state {
			p.States = append(p.States, ui.Link{
				Label:   movedTab(m.State, s) + " (" + strconv.Itoa(n) + ")",
				Href:    here + "?state=" + string(s) + "#h-people",
				Current: s == state,
			})
		}
	}
	if m.State != sso.MoveUndone {
		p.Undo = &ui.Confirm{
			Label: "Undo the move",
			Text: "The move finds no one any more. People who came are known at the former connection only, and are " +
				"signed out of the new one. People whom the new connection provisions, or whom no other connection " +
				"knows, stay.",
			Action: here + "/undo",
			Button: "Undo the move",
			Danger: true,
		}
	}
	return p
}

// moveNext says what a move waits for, with the page for the next step, if there is one.
func moveNext(e sso.Enterprise, m sso.Move, former string) (text string, next *ui.Link) {
	switch {
	case m.State == sso.MoveCollecting:
		return "The people are being prepared. Nothing has an effect yet. It continues when this page is closed.", nil
	case m.State == sso.MoveUndone:
		return "Sign-ins find no one by this move.", nil
	case m.Counts.Held > 0:
		return "Decide about the doubtful cases below. The others are found at their first sign-in.", nil
	case m.Counts.Waiting > 0 && m.From != "":
		return "Each person is found at the first sign-in. Keep the former connection enabled until all have come.", nil
	case m.Counts.Waiting > 0:
		return "Each person is found at the first sign-in.", nil
	case m.Counts.Used == 0:
		return "The move finds no one.", nil
	case m.From == "" || former == "":
		return "Everyone who was found has come.", nil
	}
	return "Everyone who was found has come. Disable the former connection once no one signs in through it any more.",
		&ui.Link{
			Label: "Open " + former,
			Href:  console.AtConnection(e, m.From),
		}
}
