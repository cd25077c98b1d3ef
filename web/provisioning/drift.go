package provisioning

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/sso/drift"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// comparer compares who should be in groups with who is; drift.Service does.
type comparer interface {
	Report(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID) (drift.Report, error)
	Group(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, group sso.GroupID,
	) (drift.GroupReport, error)
	Expect(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, w drift.Wish,
	) (sso.Expectation, error)
	ExpectListed(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, l drift.Listing,
	) (sso.Expectation, error)
	Forget(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, group string) error
	Reconcile(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, group sso.GroupID,
		move drift.Move,
	) ([]sso.MemberReconciliation, error)
}

const driftLead = "Expected and actual members of the groups that the identity provider sends. SCIM cannot ask for " +
	"the members, so this compares what was sent, what sign-ins say, and the numbers that you enter."

func (h *Handlers) drift(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	group := r.URL.Query().Get("group")
	return h.showDrift(w, r, v, driftForms{
		typed:   typedExpectation{group: group},
		listing: typedListing{group: group},
	})
}

// driftForms are the forms of the page as they were sent, and what is wrong with one
// of them.
type driftForms struct {
	typed   typedExpectation
	wrong   error // of typed
	listing typedListing
	read    error // of listing
}

func (h *Handlers) showDrift(w http.ResponseWriter, r *http.Request, v console.Visit, forms driftForms) error {
	typed, wrong := forms.typed, forms.wrong
	report, err := h.Drift.Report(r.Context(), v.Enterprise.ID, v.Connection.ID)
	if err != nil {
		return fmt.Errorf("compare members: %w", err)
	}
	p := &connectionDriftPage{
		Base:   h.base(v, true),
		Places: places(v, placeDrift),
		Lead:   driftLead,
		Form:   typed.form(at(v, "drift", "expect")),
		Open:   wrong != nil || typed.group != "",
		Read:   listing(v, forms.listing, forms.read),
	}
	p.Flash = console.Said(r, map[string]string{
		"expected":   "The expectation is kept. What differs from it is listed below.",
		"listed":     "The members were read from the directory. What differs from them is listed below.",
		"forgotten":  "The expectation is forgotten.",
		"reconciled": "What was sent is applied again. Large groups are finished in the background.",
	})
	p.Wrong = ui.Blame(wrong, &p.Form.Group, &p.Form.People)
	if p.Read != nil {
		p.Wrong = append(p.Wrong, p.Read.Wrong...)
	}
	p.describe(v, report)
	names, err := h.organizations(r.Context(), v)
	if err != nil {
		return err
	}
	for _, l := range report.Lines {
		row := driftRowOf(v, report, l)
		row.Organization = names[l.Group.Organization]
		p.Rows = append(p.Rows, row)
	}
	return h.Console.Render(w, console.FormStatus(cmp.Or(wrong, forms.read)), p)
}

// describe adds the state of the whole connection.
func (p *connectionDriftPage) describe(v console.Visit, r drift.Report) {
	p.Total = numbers(r.Total)
	switch {
	case !r.Applied:
		p.Notes = append(
			p.Notes, "Nothing that is sent takes effect: the connection is not enabled with provisioning by SCIM.",
		)
	case r.Applying:
		p.Notes = append(p.Notes, "What was sent is being applied right now. The numbers change until that is done.")
	}
	if r.Unsettled > 0 {
		p.Notes = append(
			p.Notes, fmt.Sprintf("%d of %d people who were sent have no account here yet.", r.Unsettled, r.Users),
		)
	}
	for _, names := range r.Twins {
		p.Warnings = append(p.Warnings, twinWarning(names))
	}
	if r.Reconcilable() {
		p.Reconcile = at(v, "drift", "reconcile")
	}
}

// twinWarning warns of groups whose names differ in letter case only.
func twinWarning(names []string) ui.Todo {
	return ui.Todo{
		State: "warn",
		Text: "“" + strings.Join(names, "” and “") + "” differ in letter case only. SCIM compares names without " +
			"it, so the identity provider can push only one of them: rename the others there.",
	}
}

// numbers says how many people are expected and how many are there.
func numbers(c drift.Count) string {
	return fmt.Sprintf("%d expected, %d actual", c.Expected, c.Actual)
}

func driftRowOf(v console.Visit, r drift.Report, l drift.Line) driftRow {
	row := driftRow{
		Name:     l.Name,
		Evidence: sso.Sentence(l.Evidence.Words()),
		Expected: l.Expected,
		Actual:   l.Actual,
		Missing:  l.Missing,
		Extra:    l.Extra,
	}
	switch {
	case l.Differs():
		row.State = &ui.Badge{Label: "differs", State: "warn"}
	case l.Group.ID == "":
		row.State = &ui.Badge{Label: "no such group here"}
	default:
		row.State = &ui.Badge{Label: "equal", State: "ok"}
	}
	if l.Group.ID != "" {
		row.Href = at(v, "drift", string(l.Group.ID))
	}
	for _, x := range l.Reasons {
		row.Why = append(row.Why, reasonText(r, l, x))
	}
	row.changed(v, l)
	if l.Refusals.Count > 0 {
		row.Refused = ui.Count(l.Refusals.Count, "request", "requests") + " about it refused"
		row.Problems = at(v, "problems")
	}
	return row
}

// changed says what the identity provider did to the name of a group, and where that
// is mended.
func (row *driftRow) changed(v console.Visit, l drift.Line) {
	if !l.Change.Any() {
		return
	}
	group := l.Group.ID
	if group == "" && len(l.Change.Near) > 0 {
		group = l.Change.Near[0].Group
	}
	if told := l.Group.ID == "" && l.Missing > 0; !told { // as the reason of those who are missing
		row.Why = append(row.Why, sso.Sentence(l.Change.Remedy().Text))
	}
	if !l.Differs() {
		row.State = &ui.Badge{Label: "changed there", State: "warn"}
	}
	if group != "" {
		row.Mend = console.At(v.Enterprise, "groups", string(group)) + "#h-change"
	}
}

// reasonText says how many people differ for a reason.
func reasonText(r drift.Report, l drift.Line, x drift.Reason) string {
	what := "missing"
	if !x.Missing {
		what = "extra"
	}
	return fmt.Sprintf("%d %s: %s", x.People, what, r.Remedy(l, x.Reason, x.Missing).Text)
}

// mostTyped is how long a list of logins may be, in characters; a form has twice as
// many bytes.
const mostTyped = 2 << 20

// typedExpectation is what the form of an expectation has in it.
type typedExpectation struct{ group, people string }

func (t typedExpectation) form(action string) expectForm {
	return expectForm{
		Action: action,
		Group: ui.Field{
			ID:    "expect-group",
			Name:  "group",
			Label: "Group",
			Hint:  "Its name at the identity provider.",
			Value: t.group,
		},
		People: ui.Field{
			ID:    "expect-people",
			Name:  "people",
			Label: "Members",
			Hint: "The number that the identity provider shows, or the logins, one per line, also as CSV with a column " +
				"userPrincipalName, userName, login or email. Empty: forget it.",
			Kind:     "area",
			Value:    t.people,
			Most:     mostTyped,
			Optional: true,
		},
	}
}

// expect keeps or forgets an expectation.
func (h *Handlers) expect(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	typed := typedExpectation{
		group:  strings.TrimSpace(r.PostFormValue("group")),
		people: strings.TrimSpace(r.PostFormValue("people")),
	}
	done := "expected"
	err := error(nil)
	if typed.people == "" {
		done = "forgotten"
		err = h.Drift.Forget(r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID, typed.group)
		if sso.KindOf(err) == sso.NotFoundKind {
			err = sso.InvalidField(
				"validation_failed", "people", "Enter a number, or logins. Nothing was expected of this group.",
			)
		}
	} else {
		err = h.keepExpectation(r.Context(), v, typed)
	}
	switch {
	case err == nil:
		return console.Done(w, at(v, "drift"), done)
	case console.OnForm(err):
		return h.showDrift(w, r, v, driftForms{
			typed: typed,
			wrong: err,
		})
	}
	return fmt.Errorf("keep an expectation: %w", err)
}

func (h *Handlers) keepExpectation(ctx context.Context, v console.Visit, typed typedExpectation) error {
	people, logins, err := drift.Read(typed.people)
	if err != nil {
		return err
	}
	_, err = h.Drift.Expect(ctx, v.Actor, v.Enterprise.ID, v.Connection.ID, drift.Wish{
		Group:  typed.group,
		People: people,
		Logins: logins,
	})
	return err
}

// groupOf returns the ID of the group in the address.
func groupOf(r *http.Request) (sso.GroupID, error) {
	return sso.ParseID[sso.GroupID](r.PathValue("group"))
}

func (h *Handlers) driftGroup(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	id, err := groupOf(r)
	if err != nil {
		return err
	}
	g, err := h.Drift.Group(r.Context(), v.Enterprise.ID, v.Connection.ID, id)
	if err != nil {
		return fmt.Errorf("compare members: %w", err)
	}
	if g.Line.Group.ID == "" {
		return sso.NothingHere()
	}
	p := &connectionGroupDriftPage{
		Base:   h.base(v, true),
		Name:   g.Line.Name,
		Counts: numbers(g.Line.Count),
		Row:    driftRowOf(v, g.Report, g.Line),
		Group:  console.At(v.Enterprise, "groups", string(id)),
		Expect: pathOfGroup(v, g.Line.Name),
		More:   g.More,
	}
	p.Console.Trail = append(p.Console.Trail, ui.Link{Label: placeDrift, Href: at(v, "drift")})
	p.Flash = console.Said(r, map[string]string{"reconciled": "What was sent is applied again."})
	if g.Line.Reconcilable() {
		p.Reconcile = at(v, "drift", string(id), "reconcile")
	}
	h.explain(p, v, g)
	return h.Console.Render(w, http.StatusOK, p)
}

// explain adds why people differ, and who they are.
func (h *Handlers) explain(p *connectionGroupDriftPage, v console.Visit, g drift.GroupReport) {
	if g.Line.Change.Any() {
		p.Reasons = append(p.Reasons, changeRow(g.Line.Change, p.Group))
	}
	for _, x := range g.Line.Reasons {
		p.Reasons = append(p.Reasons, h.remedyRow(v, g.Report, g.Line, x))
		if x.Reason == sso.DriftGroupRefused {
			p.Row.Refused = "" // the reason says so
		}
	}
	for _, x := range g.Missing {
		p.Missing = append(p.Missing, h.personRow(v, g, x, true))
	}
	for _, x := range g.Extra {
		p.Extra = append(p.Extra, h.personRow(v, g, x, false))
	}
}

func changeRow(c drift.Change, group string) remedyRow {
	words := c.Remedy()
	side := sideBadge(words.Side)
	return remedyRow{
		Text: sso.Sentence(words.Text),
		Do:   words.Do,
		Side: &side,
		Link: &ui.Link{
			Label: "Names of the group",
			Href:  group + "#h-change",
		},
	}
}

func (h *Handlers) remedyRow(v console.Visit, r drift.Report, l drift.Line, x drift.Reason) remedyRow {
	words := r.Remedy(l, x.Reason, x.Missing)
	row := remedyRow{
		Text: sso.Sentence(reasonText(r, l, x)),
		Do:   words.Do,
	}
	if words.Do != "" {
		badge := sideBadge(words.Side)
		row.Side = &badge
	}
	switch x.Reason {
	case sso.DriftGroupRefused, sso.DriftUserRefused:
		row.Link = &ui.Link{Label: placeProblems, Href: at(v, "problems")}
	case sso.DriftHeld:
		row.Link = &ui.Link{Label: "Held changes", Href: console.AtConnection(v.Enterprise, v.Connection.ID, "held")}
	case sso.DriftUndecided:
		row.Link, _ = console.Remedy(v, v.Connection.ID, catalog.Logins)
	}
	return row
}

func (h *Handlers) personRow(v console.Visit, g drift.GroupReport, p drift.Person, missing bool) personRow {
	row := personRow{
		Name:  p.Name,
		Login: p.Login,
		Why:   sso.Sentence(g.Remedy(g.Line, p.Reason, missing).Text),
		Since: h.time(p.Since),
	}
	if row.Name == "" {
		row.Name, row.Login = p.Login, ""
	}
	if p.User != "" {
		row.Href = console.At(v.Enterprise, "people", string(p.User))
	}
	if p.Refusals.Refusals > 0 {
		row.Why += " " + ui.Count(p.Refusals.Refusals, "request", "requests") + ": " + p.Refusals.Refusal
	}
	row.Reconciled = p.Reconciled
	return row
}

// reconcile shows what repeating everything that was sent would change, and does it
// once it is confirmed.
func (h *Handlers) reconcile(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.reconcileIn(w, r, v, "")
}

func (h *Handlers) reconcileGroup(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	id, err := groupOf(r)
	if err != nil {
		return err
	}
	return h.reconcileIn(w, r, v, id)
}

func (h *Handlers) reconcileIn(w http.ResponseWriter, r *http.Request, v console.Visit, group sso.GroupID) error {
	here := at(v, "drift")
	if group != "" {
		here += "/" + string(group)
	}
	post := r.Method == http.MethodPost
	all, wrong := h.Drift.Reconcile(r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID, group, drift.Move{
		DryRun:    !post,
		Confirmed: r.PostFormValue("sure") == "yes",
	})
	if wrong == nil && post {
		return console.Done(w, here, "reconciled")
	}
	if wrong != nil && !console.OnForm(wrong) {
		return fmt.Errorf("reconcile: %w", wrong)
	}
	if post { // show what would change
		var err error
		if all, err = h.Drift.Reconcile(
			r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID, group, drift.Move{DryRun: true},
		); err != nil {
			return fmt.Errorf("preview reconciling: %w", err)
		}
	}
	p := &connectionReconcilePage{
		Base:   h.base(v, true),
		Wrong:  ui.Blame(wrong),
		Action: here + "/reconcile",
		Back:   here,
	}
	p.Console.Trail = append(p.Console.Trail, ui.Link{Label: placeDrift, Href: at(v, "drift")})
	names, err := h.organizations(r.Context(), v)
	if err != nil {
		return err
	}
	p.plan(v, all, names)
	return h.Console.Render(w, console.FormStatus(wrong), p)
}

// plan adds what would change.
func (p *connectionReconcilePage) plan(
	v console.Visit, all []sso.MemberReconciliation, organizations map[sso.OrganizationID]string,
) {
	removed := 0
	for _, x := range all {
		for _, list := range []struct {
			what   string
			people []sso.DriftingMember
		}{{"to add", x.Add}, {"to remove", x.Remove}, {"whose removal the brake holds", x.Held}} {
			if len(list.people) == 0 {
				continue
			}
			g := reconcileRow{
				Group: x.Group.Name,
				Of:    organizations[x.Group.Organization],
				What:  ui.Count(len(list.people), "person", "people") + " " + list.what,
			}
			for _, m := range list.people[:min(len(list.people), mostNames)] {
				g.People = append(g.People, ui.Link{
					Label: m.Login,
					Href:  console.At(v.Enterprise, "people", string(m.User)),
				})
			}
			if more := len(list.people) - len(g.People); more > 0 {
				g.More = ui.Count(more, "more", "more")
			}
			p.Rows = append(p.Rows, g)
		}
		if leaving := len(x.Remove) + len(x.Held); groupsync.ShareBrake(x.Members, leaving) {
			removed += leaving
		}
	}
	if removed > 0 {
		p.Confirm = &ui.Field{
			ID:    "sure",
			Name:  "sure",
			Kind:  "check",
			Value: "yes",
			Label: "Remove " + ui.Count(removed, "person", "people") + " at once",
			Hint:  "This is more than half of a group, which is usually a mistake.",
		}
	}
}
