package connection

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// moveReader reads moves of users from one connection to another; store.DB does.
type moveReader interface {
	Move(ctx context.Context, ent sso.EnterpriseID, id sso.MoveID) (sso.Move, error)
	Moves(ctx context.Context, ent sso.EnterpriseID, p sso.Page) ([]sso.Move, string, error)
	MoveEntries(
		ctx context.Context, ent sso.EnterpriseID, id sso.MoveID, f sso.MoveFilter, p sso.Page,
	) ([]sso.MoveEntry, string, error)
}

func (h *Handlers) movePages() []console.Page {
	return []console.Page{
		one("GET", "/move", h.offerMove),
		one("POST", "/move", h.startMove),
		one("GET", "/moves/{move}", h.move),
		one("POST", "/moves/{move}/undo", h.undoMove),
		one("POST", "/moves/{move}/people/{user}", h.decideMoved),
	}
}

func (h *Handlers) offerMove(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.showOffer(w, r, v, r.URL.Query(), nil)
}

// showOffer shows the form, what the move would do once it is filled in, and earlier
// moves.
func (h *Handlers) showOffer(
	w http.ResponseWriter, r *http.Request, v console.Visit, form url.Values, refused error,
) error {
	targets, err := h.moveTargets(r.Context(), v)
	if err != nil {
		return err
	}
	p := &connectionMovePage{
		Base:   h.base(v, true),
		Action: at(v, "move"),
		Fields: moveFields(v, targets, form),
	}
	if len(targets) == 0 {
		p.Without = "There is no other enabled connection. Set up the new one, test it and enable it first."
	}
	if refused == nil && form.Get("to") != "" && len(targets) > 0 {
		refused, err = h.preview(r.Context(), v, p, form, targets)
		if err != nil {
			return err
		}
	}
	if p.Moves, err = h.earlierMoves(r.Context(), v); err != nil {
		return err
	}
	var fields []*ui.Field
	for i := range p.Fields {
		fields = append(fields, &p.Fields[i])
	}
	p.Wrong = ui.Blame(refused, fields...)
	return h.Console.Render(w, console.FormStatus(refused), p)
}

// moveTargets returns the enabled connections, this one last.
func (h *Handlers) moveTargets(ctx context.Context, v console.Visit) (targets []sso.Connection, err error) {
	all, err := h.Connections.Connections(ctx, v.Enterprise.ID)
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	for _, c := range all {
		if c.ID != v.Connection.ID && c.State == sso.ConnectionEnabled {
			targets = append(targets, c)
		}
	}
	if v.Connection.State == sso.ConnectionEnabled {
		targets = append(targets, v.Connection)
	}
	return targets, nil
}

// preview tries the move, and counts for each attribute whom it would find. A refusal is
// shown on the form.
func (h *Handlers) preview(
	ctx context.Context, v console.Visit, p *connectionMovePage, form url.Values, targets []sso.Connection,
) (refused, err error) {
	chosen, err := moveRequest(v, form)
	if err != nil {
		return err, nil
	}
	attributes := []sso.MoveBy{sso.MoveByLogin, sso.MoveByEmail, sso.MoveByExternalID}
	if !slices.Contains(attributes, chosen.By) {
		attributes = append(attributes, chosen.By)
	}
	for _, by := range attributes {
		request := chosen
		request.By = by
		found, err := h.Setup.PreviewMove(ctx, v.Enterprise.ID, request)
		if refused := onMoveForm(err); refused != nil {
			return refused, nil
		}
		if err != nil {
			return nil, fmt.Errorf("try a move: %w", err)
		}
		p.Attributes = append(p.Attributes, moveAttribute(v, request, found.Counts))
		if by == chosen.By {
			p.tried(v, request, found, form.Get("list"), targets)
		}
	}
	p.markBest()
	return nil, nil
}

// onMoveForm returns the refusal of a move that its form shows; nil for none and for
// other errors.
func onMoveForm(err error) error {
	switch {
	case sso.KindOf(err) == sso.NotFoundKind:
		return sso.InvalidField("validation_failed", "to", "There is no such connection here. Choose one of these.")
	case console.OnForm(err):
		return err
	}
	return nil
}

func (h *Handlers) earlierMoves(ctx context.Context, v console.Visit) (rows []moveRow, err error) {
	all, _, err := h.Moves.Moves(ctx, v.Enterprise.ID, sso.Page{})
	if err != nil {
		return nil, fmt.Errorf("list moves: %w", err)
	}
	names, err := h.connectionNames(ctx, v)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if m.From == v.Connection.ID || m.To == v.Connection.ID {
			rows = append(rows, h.moveRow(v, m, names))
		}
	}
	return rows, nil
}

func (h *Handlers) connectionNames(ctx context.Context, v console.Visit) (map[sso.ConnectionID]string, error) {
	all, err := h.Connections.Connections(ctx, v.Enterprise.ID)
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	names := map[sso.ConnectionID]string{}
	for _, c := range all {
		names[c.ID] = c.Name
	}
	return names, nil
}

func (h *Handlers) startMove(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	request, err := moveRequest(v, r.PostForm)
	if err != nil {
		return h.showOffer(w, r, v, r.PostForm, err)
	}
	m, err := h.Setup.Move(r.Context(), v.Actor, v.Enterprise.ID, request)
	if refused := onMoveForm(err); refused != nil {
		return h.showOffer(w, r, v, r.PostForm, refused)
	}
	if err != nil {
		return fmt.Errorf("start a move: %w", err)
	}
	return console.Done(w, console.AtConnection(v.Enterprise, cmp.Or(m.From, m.To), "moves", string(m.ID)), "started")
}

func (h *Handlers) move(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.showMove(w, r, v, nil)
}

// ofMove returns the move of the address, which must be to or from the connection.
func (h *Handlers) ofMove(r *http.Request, v console.Visit) (sso.Move, error) {
	id, err := sso.ParseID[sso.MoveID](r.PathValue("move"))
	if err != nil {
		return sso.Move{}, sso.NothingHere()
	}
	m, err := h.Moves.Move(r.Context(), v.Enterprise.ID, id)
	if err != nil {
		return sso.Move{}, fmt.Errorf("find a move: %w", err)
	}
	if m.From != v.Connection.ID && m.To != v.Connection.ID {
		return sso.Move{}, sso.NothingHere()
	}
	return m, nil
}

func (h *Handlers) showMove(w http.ResponseWriter, r *http.Request, v console.Visit, refused error) error {
	m, err := h.ofMove(r, v)
	if err != nil {
		return err
	}
	names, err := h.connectionNames(r.Context(), v)
	if err != nil {
		return err
	}
	state := sso.MoveEntryState(r.URL.Query().Get("state"))
	if !slices.Contains(moveEntryStates(), state) {
		state = firstOfMove(m.Counts)
	}
	cursor := r.URL.Query().Get("after")
	all, next, err := h.Moves.MoveEntries(
		r.Context(), v.Enterprise.ID, m.ID, sso.MoveFilter{State: state}, sso.Page{Cursor: cursor},
	)
	if err != nil {
		return fmt.Errorf("list the people of a move: %w", err)
	}
	p := movePage(v, m, names, state, h.Now())
	p.Base = h.base(v, true)
	p.Pager = pager(r, cursor, next)
	for _, e := range all {
		p.Rows = append(p.Rows, movedRowIn(v, m, e))
	}
	p.Flash = console.Said(r, map[string]string{
		"started": "The move is started.",
		"decided": "It is decided, and holds from the next sign-in on.",
		"undone":  "The move is undone.",
	})
	if refused != nil {
		p.Wrong = wrong(refused)
	}
	return h.Console.Render(w, console.FormStatus(refused), p)
}

func (h *Handlers) undoMove(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	m, err := h.ofMove(r, v)
	if err != nil {
		return err
	}
	_, err = h.Setup.UndoMove(r.Context(), v.Actor, v.Enterprise.ID, m.ID)
	return h.moveDone(w, r, v, err, "undone")
}

func (h *Handlers) decideMoved(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	m, err := h.ofMove(r, v)
	if err != nil {
		return err
	}
	user, err := sso.ParseID[sso.UserID](r.PathValue("user"))
	if err != nil {
		return sso.NothingHere()
	}
	_, err = h.Setup.DecideMove(
		r.Context(), v.Actor, v.Enterprise.ID, m.ID, user, sso.MoveAnswer(r.PostForm.Get("answer")),
	)
	return h.moveDone(w, r, v, err, "decided")
}

func (h *Handlers) moveDone(w http.ResponseWriter, r *http.Request, v console.Visit, err error, word string) error {
	switch {
	case console.OnForm(err):
		return h.showMove(w, r, v, err)
	case err != nil:
		return fmt.Errorf("change a move: %w", err)
	}
	return console.Done(w, at(v, "moves", r.PathValue("move")), word)
}
