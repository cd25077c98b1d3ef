package access

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// latestUses is how many recent sign-ins are listed.
const latestUses = 20

func recoveryField() ui.Field {
	return ui.Field{
		ID:       "recovery",
		Name:     "recovery",
		Label:    "A recovery admin",
		Hint:     "Can sign in with a password even when single sign-on is enforced.",
		Kind:     "check",
		Value:    "yes",
		Optional: true,
	}
}

func (h *Handlers) admins(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.showAdmins(w, r, v, http.StatusOK, func(p *adminsPage) {
		p.Flash = console.Said(r, map[string]string{
			"disabled": "The account is disabled, and signed out everywhere.",
			"enabled":  "The account is enabled again.",
			"recovery": "The account is now a recovery admin.",
			"ordinary": "The account is no longer a recovery admin.",
		})
	})
}

func (h *Handlers) showAdmins(
	w http.ResponseWriter, r *http.Request, v console.Visit, status int, change func(*adminsPage),
) error {
	after := r.URL.Query().Get("after")
	all, next, err := h.Service.Accounts.Admins(r.Context(), sso.Page{Cursor: after})
	if err != nil {
		return fmt.Errorf("list admins: %w", err)
	}
	p := &adminsPage{
		Base:     h.Console.Base(v, console.AreaAdmins),
		Recovery: recoveryField(),
		Pager:    pager(adminsPath, after, next),
	}
	for _, a := range all {
		p.Rows = append(p.Rows, h.adminRow(a, v))
	}
	if p.Uses, err = h.uses(r.Context()); err != nil {
		return err
	}
	change(p)
	return h.Pages.Render(w, r, status, p)
}

func pager(path, after, next string) ui.Pager { return pagerOf(path, "after", after, next) }

// pagerOf is pager for one of several lists of a page; name is its parameter.
func pagerOf(path, name, after, next string) ui.Pager {
	var p ui.Pager
	if after != "" {
		p.First = path
	}
	if next != "" {
		p.Next = path + "?" + name + "=" + next
	}
	return p
}

func (h *Handlers) adminRow(a sso.Admin, v console.Visit) adminRow {
	row := adminRow{
		Name:     a.Name,
		Login:    a.Login,
		Mine:     a.ID == v.Admin,
		SignedIn: ui.NewTime(a.LastSignInAt, h.Now()),
		Passkeys: len(a.Passkeys),
	}
	act := func(label, verb string) {
		row.Acts = append(row.Acts, rowAct{
			Label:  label,
			Action: adminsPath + "/" + string(a.ID) + "/" + verb,
			About:  a.Login,
		})
	}
	if a.Recovery {
		row.Badges = append(row.Badges, ui.Badge{
			Label: "recovery",
			State: "ok",
		})
		act("Make an ordinary admin", "ordinary")
	} else {
		act("Make a recovery admin", "recovery")
	}
	if a.DisabledAt.IsZero() {
		act("Disable", "disable")
	} else {
		row.Badges = append(row.Badges, ui.Badge{
			Label: "disabled",
			State: "warn",
		})
		act("Enable", "enable")
	}
	return row
}

// uses returns the recent sign-ins with admin accounts, successful or not.
func (h *Handlers) uses(ctx context.Context) ([]adminUse, error) {
	var events []sso.AuditEvent
	for _, action := range []string{"admin.signed_in", "admin.refused"} {
		some, _, err := h.Facts.AuditEvents(
			ctx, "", sso.AuditFilter{Action: action}, sso.Page{Limit: latestUses},
		)
		if err != nil {
			return nil, fmt.Errorf("list uses: %w", err)
		}
		events = append(events, some...)
	}
	slices.SortFunc(events, func(a, b sso.AuditEvent) int {
		return cmp.Compare(b.Sequence, a.Sequence)
	})
	var all []adminUse
	for _, e := range events[:min(len(events), latestUses)] {
		u := adminUse{
			At:        ui.NewTime(e.At, h.Now()),
			Succeeded: e.Action == "admin.signed_in",
			Who:       e.Detail["login"],
			Recovery:  e.Detail["recovery"] == "true",
			Remote:    e.Detail["remote"],
		}
		u.What = "Refused: " + e.Detail["why"]
		if u.Succeeded {
			u.What = "Signed in, by " + e.Detail["how"]
		}
		all = append(all, u)
	}
	return all, nil
}

// invite creates an invitation link and shows it in the response, the only time.
func (h *Handlers) invite(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	i, token, err := h.Service.Invite(r.Context(), v.Actor, r.PostForm.Get("recovery") == "yes")
	if err != nil {
		return err
	}
	return h.showAdmins(w, r, v, http.StatusOK, func(p *adminsPage) {
		p.Invited = &newLink{
			URL: ui.Copyable{
				ID:    "invited",
				Value: h.BaseURL + welcomePath + token.Reveal(),
			},
			Expires: ui.NewTime(i.ExpiresAt, h.Now()),
		}
	})
}

// change returns the handler of an action on one account.
func (h *Handlers) change(
	done string, do func(ctx context.Context, by sso.Actor, id sso.AdminID) error,
) console.Handler {
	return func(w http.ResponseWriter, r *http.Request, v console.Visit) error {
		id, err := sso.ParseID[sso.AdminID](r.PathValue("admin"))
		if err != nil {
			return err
		}
		err = do(r.Context(), v.Actor, id)
		if console.OnForm(err) {
			return h.showAdmins(w, r, v, console.FormStatus(err), func(p *adminsPage) {
				p.Wrong = ui.Blame(err)
			})
		}
		if err != nil {
			return err
		}
		return console.Done(w, adminsPath, done)
	}
}

func (h *Handlers) setRecovery(on bool) func(context.Context, sso.Actor, sso.AdminID) error {
	return func(ctx context.Context, by sso.Actor, id sso.AdminID) error {
		return h.Service.SetRecovery(ctx, by, id, on)
	}
}

func (h *Handlers) adminPages() []console.Page {
	account := func(verb, done string, do func(context.Context, sso.Actor, sso.AdminID) error) console.Page {
		return console.Page{
			Pattern: "POST " + adminsPath + "/{admin}/" + verb,
			Need:    console.Operator,
			Handle:  h.change(done, do),
		}
	}
	return []console.Page{
		{
			Pattern: "GET " + adminsPath,
			Need:    console.Operator,
			Handle:  h.admins,
		},
		{
			Pattern: "POST " + adminsPath + "/invite",
			Need:    console.Operator,
			Handle:  h.invite,
		},
		account("disable", "disabled", h.Service.Disable),
		account("enable", "enabled", h.Service.Enable),
		account("recovery", "recovery", h.setRecovery(true)),
		account("ordinary", "ordinary", h.setRecovery(false)),
		{
			Pattern: "GET " + mePath,
			Need:    console.Operator,
			Handle:  h.me,
		},
		{
			Pattern: "POST " + mePath + "/password",
			Need:    console.Operator,
			Handle:  h.changePassword,
		},
		{
			Pattern: "POST " + mePath + "/tie",
			Need:    console.Operator,
			Handle:  h.requireConfirmation(h.linkSignIn),
		},
		{
			Pattern: "POST " + mePath + "/passkeys",
			Need:    console.Operator,
			Handle:  h.requireConfirmation(h.addPasskey),
		},
		{
			Pattern: "POST " + mePath + "/passkeys/remove",
			Need:    console.Operator,
			Handle:  h.removePasskey,
		},
		{
			Pattern: "POST " + mePath + "/untie",
			Need:    console.Operator,
			Handle:  h.unlinkSignIn,
		},
	}
}
