package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

// moveReader reads moves of users from one connection to another.
type moveReader interface {
	Move(ctx context.Context, ent sso.EnterpriseID, id sso.MoveID) (sso.Move, error)
	Moves(ctx context.Context, ent sso.EnterpriseID, p sso.Page) ([]sso.Move, string, error)
	MoveEntries(
		ctx context.Context, ent sso.EnterpriseID, id sso.MoveID, f sso.MoveFilter, p sso.Page,
	) ([]sso.MoveEntry, string, error)
}

//nolint:lll // a tag is one line
type moveRequest struct {
	To     sso.ConnectionID `json:"to" pattern:"^conn-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a connection's identifier" doc:"Connection that the users sign in through from now on; it must be enabled." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ac"`
	By     sso.MoveBy       `json:"by" maxLength:"265" doc:"Attribute that both identity providers know: login, email, external_id, or attribute:NAME with the name of a claim." example:"login"`
	DryRun bool             `json:"dry_run,omitempty" doc:"Whether only to show what would happen." example:"true"`
}

type moveCounts struct {
	Waiting   int `json:"waiting" doc:"Number of users not seen at the new connection yet." example:"1990"`
	Used      int `json:"used" doc:"Number of users who have come." example:"0"`
	Held      int `json:"held" doc:"Number of users about whom an admin decides." example:"3"`
	Unmatched int `json:"unmatched" doc:"Number of users without the attribute, or deactivated." example:"7"`
	There     int `json:"there" doc:"Number of users whom the new connection knows already." example:"0"`
	Left      int `json:"left" doc:"Number of users who are not moved by decision." example:"0"`
}

type move struct {
	ID         sso.MoveID        `json:"id" doc:"Identifier; immutable."`
	Connection *sso.ConnectionID `json:"connection" doc:"Former connection; null if no connection knows the users."`
	To         sso.ConnectionID  `json:"to" doc:"New connection."`
	By         sso.MoveBy        `json:"by" doc:"Attribute by which users are found." example:"login"`
	State      sso.MoveState     `json:"state" enum:"collecting,ready,undone" doc:"State; only ready has an effect."`
	Users      moveCounts        `json:"users" doc:"Number of users by what is expected of them."`
	CreatedBy  sso.Actor         `json:"created_by" doc:"Actor that started the move."`
	CreatedAt  time.Time         `json:"created_at" doc:"Time of the start." example:"2026-11-24T12:00:00Z"`
	ReadyAt    *time.Time        `json:"ready_at" doc:"Time from which it had effect; null before."`
	UndoneAt   *time.Time        `json:"undone_at" doc:"Time at which it was undone; null if it was not."`
}

//nolint:lll // a tag is one line
type movedUser struct {
	User      sso.UserID         `json:"user" doc:"User."`
	Login     string             `json:"login" doc:"Login of the user." example:"ada@acme.example"`
	State     sso.MoveEntryState `json:"state" enum:"waiting,used,held,blocked,unmatched,there,left" doc:"State of the user in the move; blocked: deactivated, so a sign-in with the value is refused." example:"held"`
	Reason    *string            `json:"reason" doc:"Reason of held, blocked and unmatched: no_value, deactivated, twice, at_target, taken, admin, operator or outdated; null for others." example:"twice"`
	Other     *sso.UserID        `json:"other" doc:"Another user with the same value; null if there is none."`
	DecidedBy *sso.Actor         `json:"decided_by" doc:"Admin who decided about the user; null if none did."`
	UsedAt    *time.Time         `json:"used_at" doc:"Time of the first sign-in or push there; null before."`
}

type moveResult struct {
	Move      *move       `json:"move,omitempty" doc:"Move; missing for a dry run."`
	Users     moveCounts  `json:"users" doc:"Number of users by what is expected of them."`
	Matched   []movedUser `json:"matched" doc:"For a dry run, users who would be found, by login; at most 1,000."`
	Unmatched []movedUser `json:"unmatched" doc:"For a dry run, users who would not be found; at most 1,000."`
	Held      []movedUser `json:"held" doc:"For a dry run, users who would wait for a decision; at most 1,000."`
}

func viewMoveCounts(c sso.MoveCounts) moveCounts {
	return moveCounts{
		Waiting:   c.Waiting,
		Used:      c.Used,
		Held:      c.Held,
		Unmatched: c.Unmatched,
		There:     c.There,
		Left:      c.Left,
	}
}

func viewMove(m sso.Move) move {
	return move{
		ID:         m.ID,
		Connection: some(m.From),
		To:         m.To,
		By:         m.By,
		State:      m.State,
		Users:      viewMoveCounts(m.Counts),
		CreatedBy:  m.CreatedBy,
		CreatedAt:  m.CreatedAt,
		ReadyAt:    moment(m.ReadyAt),
		UndoneAt:   moment(m.EndedAt),
	}
}

func viewMoved(e sso.MoveEntry) movedUser {
	return movedUser{
		User:      e.User,
		Login:     e.Login,
		State:     e.State,
		Reason:    some(string(e.Why)),
		Other:     some(e.Other),
		DecidedBy: some(e.DecidedBy),
		UsedAt:    moment(e.UsedAt),
	}
}

func viewAllMoved(all []sso.MoveEntry) []movedUser {
	views := make([]movedUser, len(all))
	for i, e := range all {
		views[i] = viewMoved(e)
	}
	return views
}

func (a *API) moveOperations() {
	const path = enterprisePath + "/moves"
	add(a, operation{
		id:      "move-connection-users",
		method:  http.MethodPost,
		path:    connectionPath + "/move",
		scope:   "users:write",
		summary: "Move a connection's users to another connection",
		about: "The first sign-in or push at the other connection whose attribute has the value of a user is that " +
			"user's: they keep their account, memberships and history, and both connections lead to it. Users who " +
			"cannot be told apart by the value, and admins, wait for a decision. Nothing has an effect before " +
			"the move is ready. A connection that is not enabled is 409 move_target_disabled; a second move to " +
			"the same connection, while one is being prepared, 409 move_running. A further move takes those who are " +
			"in none; if there are none, it is 409 move_exists.",
	}, a.moveUsers)
	add(a, operation{
		id:      "move-unconnected-users",
		method:  http.MethodPost,
		path:    path,
		scope:   "users:write",
		summary: "Move users whom no connection knows",
		about:   "Their connection was deleted. See the operation for the users of a connection.",
	}, a.moveOrphans)
	a.startedMoveOperations(path)
}

// startedMoveOperations registers the operations of moves that were started.
func (a *API) startedMoveOperations(path string) {
	add(a, operation{
		id:      "list-moves",
		method:  http.MethodGet,
		path:    path,
		scope:   "users:read",
		summary: "List moves between connections",
		about:   "Sorted by time of creation, newest first.",
	}, func(ctx context.Context, c caller, in *struct{ Paging }) (*out[list[move]], error) {
		all, next, err := a.Moves.Moves(ctx, c.enterprise.ID, in.page())
		return pageOf(all, next, err, viewMove)
	})
	add(a, operation{
		id:      "get-move",
		method:  http.MethodGet,
		path:    path + "/{move}",
		scope:   "users:read",
		summary: "Get a move",
	}, func(ctx context.Context, c caller, in *inMove) (*out[move], error) {
		m, err := a.Moves.Move(ctx, c.enterprise.ID, in.Move)
		return answerTo(viewMove(m), err)
	})
	add(a, operation{
		id:      "undo-move",
		method:  http.MethodPost,
		path:    path + "/{move}/undo",
		scope:   "users:write",
		summary: "Undo a move",
		about: "Sign-ins at the new connection find no user by it any more. Users who came are known at the former " +
			"connection only, and their sessions through the new one end; users whom the new connection " +
			"provisions, or whom no other connection knows, stay. A repetition is 409 move_undone.",
	}, func(ctx context.Context, c caller, in *inMove) (*out[move], error) {
		m, err := a.Setup.UndoMove(ctx, c.by, c.enterprise.ID, in.Move)
		return answerTo(viewMove(m), err)
	})
	add(a, operation{
		id:      "list-move-users",
		method:  http.MethodGet,
		path:    path + "/{move}/users",
		scope:   "users:read",
		summary: "List the users of a move",
		about:   "Sorted by time of creation of the user, oldest first.",
	}, a.listMoveUsers)
	add(a, operation{
		id:      "decide-move-user",
		method:  http.MethodPost,
		path:    path + "/{move}/users/{user}",
		scope:   "users:write",
		summary: "Decide whether a held user is moved",
		about: "move: the next sign-in with the value is the user's, and so is one that waits because of it. leave: " +
			"the user is not moved. A user who does not wait is 409 move_decided.",
	}, a.decideMove)
}

// inMove names a move.
type inMove struct {
	Move sso.MoveID `path:"move"`
}

func (a *API) moveUsers(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
	Body       moveRequest
}) (*out[moveResult], error) {
	return a.startMove(ctx, c, in.Connection, in.Body)
}

func (a *API) moveOrphans(ctx context.Context, c caller, in *struct {
	Body moveRequest
}) (*out[moveResult], error) {
	return a.startMove(ctx, c, "", in.Body)
}

func (a *API) startMove(
	ctx context.Context, c caller, from sso.ConnectionID, body moveRequest,
) (*out[moveResult], error) {
	request := connections.MoveRequest{
		From: from,
		To:   body.To,
		By:   body.By,
	}
	if body.DryRun {
		p, err := a.Setup.PreviewMove(ctx, c.enterprise.ID, request)
		return answerTo(moveResult{
			Users:     viewMoveCounts(p.Counts),
			Matched:   viewAllMoved(p.Matched),
			Unmatched: viewAllMoved(p.Unmatched),
			Held:      viewAllMoved(p.Held),
		}, err)
	}
	m, err := a.Setup.Move(ctx, c.by, c.enterprise.ID, request)
	view := viewMove(m)
	return answerTo(moveResult{
		Move:      &view,
		Users:     view.Users,
		Matched:   []movedUser{},
		Unmatched: []movedUser{},
		Held:      []movedUser{},
	}, err)
}

func (a *API) listMoveUsers(ctx context.Context, c caller, in *struct {
	Paging
	State sso.MoveEntryState `query:"state" enum:"waiting,used,held,unmatched,there,left" doc:"Filter by state." example:"held"`
	Move  sso.MoveID         `path:"move"`
}) (*out[list[movedUser]], error) {
	all, next, err := a.Moves.MoveEntries(
		ctx, c.enterprise.ID, in.Move, sso.MoveFilter{State: in.State}, in.page(),
	)
	return pageOf(all, next, err, viewMoved)
}

func (a *API) decideMove(ctx context.Context, c caller, in *struct {
	Move sso.MoveID `path:"move"`
	User sso.UserID `path:"user"`
	Body struct {
		Answer sso.MoveAnswer `json:"answer" enum:"move,leave" doc:"Decision about the user." example:"move"`
	}
}) (*out[movedUser], error) {
	e, err := a.Setup.DecideMove(ctx, c.by, c.enterprise.ID, in.Move, in.User, in.Body.Answer)
	return answerTo(viewMoved(e), err)
}
