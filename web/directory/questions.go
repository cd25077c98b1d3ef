package directory

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (d *Directory) questionPages() []console.Page {
	return []console.Page{
		ofEnterprise("GET", "questions", d.questions),
		ofEnterprise("POST", "questions/{question}", d.answer),
		ofEnterprise("POST", "subject-changes/{subject_change}", d.answerSubjects),
		ofEnterprise("POST", "people/{user}/login", d.giveLogin),
	}
}

func (d *Directory) questions(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return d.showQuestions(w, r, v, nil)
}

func (d *Directory) showQuestions(w http.ResponseWriter, r *http.Request, v console.Visit, wrong error) error {
	all, next, err := d.Members.IdentityQuestions(
		r.Context(), v.Enterprise.ID, sso.QuestionFilter{State: sso.QuestionWaiting},
		sso.Page{Cursor: r.URL.Query().Get("cursor")},
	)
	if err != nil {
		return fmt.Errorf("list identity questions: %w", err)
	}
	p := &questionsPage{Base: d.Console.Base(v, console.AreaPeople, ui.Link{
		Label: "People",
		Href:  console.At(v.Enterprise, "people"),
	})}
	p.Flash = console.Said(r, map[string]string{
		"answered": "It is decided. The person can sign in again as you decided.",
		"subjects": "It is decided, and holds from the next sign-in on.",

		"tried":         "The rule was tried. Nothing has changed; look at what it would have done.",
		"rule-on":       "The rule is on, and holds from the next sign-in on.",
		"rule-off":      "The rule is off.",
		"rule-answered": "The rule has answered what it says yes to.",
	})
	if next != "" {
		p.Pager.Next = "?cursor=" + next
	}
	p.Wrong = ui.Blame(wrong)
	for _, q := range all {
		row, err := d.questionRow(r.Context(), v, q)
		if err != nil {
			return err
		}
		if string(q.ID) == r.PathValue("question") {
			p.Wrong = row.refuse(r.PostForm, wrong)
		}
		p.Rows = append(p.Rows, row)
	}
	if r.URL.Query().Get("cursor") == "" {
		if p.Subjects, err = d.subjectRows(r.Context(), v.Enterprise); err != nil {
			return err
		}
		if p.Rule, err = d.ruleCard(r, v); err != nil {
			return err
		}
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

func (d *Directory) questionRow(
	ctx context.Context, v console.Visit, q sso.IdentityQuestion,
) (row questionRow, err error) {
	e := v.Enterprise
	row = questionRow{
		ID:     string(q.ID),
		Login:  q.Login,
		Keeps:  q.Keeps,
		Move:   q.Kind == sso.QuestionMove,
		Merged: q.Kind == sso.QuestionMerged,
		Former: q.Kind == sso.QuestionFormer,
		Both:   commonOf(q.MoveKey),
		Action: console.At(e, "questions", string(q.ID)),
		Since:  ui.NewTime(q.CreatedAt, d.Now()),
	}
	if q.Attempt != "" {
		row.Attempt = ui.Link{
			Label: string(q.Attempt),
			Href:  console.At(e, "activity", "attempts", string(q.Attempt)),
		}
	}
	connections, err := d.Structure.Connections(ctx, e.ID)
	if err != nil {
		return row, fmt.Errorf("list connections: %w", err)
	}
	if row.Push, err = d.questionPush(ctx, e, q, connections); err != nil {
		return row, err
	}
	for _, x := range []struct {
		id   sso.UserID
		into *questionPerson
	}{
		{q.User, &row.Claimant}, {q.Holder, &row.Holder},
	} {
		if *x.into, err = d.questionPerson(ctx, e, x.id, connections); err != nil {
			return row, err
		}
	}
	return row, nil
}

// questionPerson is one of the two records. The holder may be gone since.
func (d *Directory) questionPerson(
	ctx context.Context, e sso.Enterprise, id sso.UserID, connections []sso.Connection,
) (p questionPerson, err error) {
	p = questionPerson{ID: string(id), Person: personRef{Name: string(id)}}
	u, err := d.Members.User(ctx, e.ID, id)
	switch {
	case sso.KindOf(err) == sso.NotFoundKind:
		p.Status = ui.Badge{Label: "deleted", State: "error"}
		return p, nil
	case err != nil:
		return p, fmt.Errorf("find a person: %w", err)
	}
	identities, err := d.Members.UserIdentities(ctx, e.ID, id)
	if err != nil {
		return p, fmt.Errorf("list identities: %w", err)
	}
	p.Person = personRef{
		Name:  called(u),
		Login: u.Login,
		Href:  personHref(e, id),
	}
	p.Status = statusBadge(u.Status)
	p.Email = u.Email
	p.Since = ui.NewTime(u.CreatedAt, d.Now())
	p.LastSignIn = ui.NewTime(u.LastSignInAt, d.Now())
	p.Identities = d.identityRows(e, identities, connections)
	pushed, err := d.Pushes.PushedUsersOf(ctx, e.ID, id)
	if err != nil {
		return p, fmt.Errorf("find what was pushed of a person: %w", err)
	}
	for _, x := range pushed {
		p.Pushed = append(p.Pushed, ui.Fact{
			Label: "Pushed by " + connectionNamed(connections, x.Connection).Name,
			Value: pushedWords(x),
		})
	}
	return p, nil
}

// pushedWords says what an identity provider pushed of a user.
func pushedWords(u sso.ProvisionedUser) string {
	text := "userName " + u.UserName
	if u.ExternalID != "" {
		text += ", externalId " + u.ExternalID
	}
	if address := u.Email(); address != "" {
		text += ", e-mail " + address
	}
	if !u.Active {
		text += ", not active"
	}
	return text
}

func (d *Directory) answer(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	id, err := sso.ParseID[sso.QuestionID](r.PathValue("question"))
	if err != nil {
		return sso.NothingHere()
	}
	_, err = d.Service.AnswerQuestion(
		r.Context(), v.Actor, v.Enterprise.ID, id,
		sso.QuestionDecision{
			Answer: sso.QuestionAnswer(r.PostForm.Get("answer")),
			Holder: r.PostForm.Get("of") == "holder",
			Login:  r.PostForm.Get("login"),
		},
	)
	if err != nil && !console.OnForm(err) {
		return fmt.Errorf("answer an identity question: %w", err)
	}
	if err != nil {
		return d.showQuestions(w, r, v, err)
	}
	return console.Done(w, console.At(v.Enterprise, "questions"), "answered")
}

// giveLogin gives a user another login, or the one that the identity provider sends
// again.
func (d *Directory) giveLogin(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	login := r.PostForm.Get("login")
	_, err = d.Service.UpdateUser(r.Context(), v.Actor, v.Enterprise.ID, u.ID, directory.UserEdit{
		Login: &login,
	})
	if err != nil && !console.OnForm(err) {
		return fmt.Errorf("give a login: %w", err)
	}
	if err != nil {
		return d.showPerson(w, r, v, u, err)
	}
	return console.Done(w, personHref(v.Enterprise, u.ID), "login")
}

// personLogin is what the person's page has about their login: the form for
// another one, and the question that waits about it; and what was pushed of it.
func (d *Directory) personLogin(
	ctx context.Context, p *personDetailPage, e sso.Enterprise, u sso.User, known personRecords, wrong error,
) error {
	p.GiveLogin = personHref(e, u.ID) + "/login"
	p.LoginGiven = u.LoginGiven
	p.Login = ui.Field{
		ID:           "login",
		Name:         "login",
		Label:        "Another login",
		Hint:         "Applications are told it, and sign-ins do not change it.",
		Autocomplete: "off",
		Optional:     u.LoginGiven,
	}
	if u.LoginGiven {
		p.Login.Hint = "Left empty, the login is what the identity provider says, from the next sign-in on."
	}
	if wrong != nil {
		p.Wrong = ui.Blame(wrong, &p.Login)
	}
	waiting, _, err := d.Members.IdentityQuestions(ctx, e.ID, sso.QuestionFilter{
		State: sso.QuestionWaiting,
		User:  u.ID,
	}, sso.Page{Limit: 1})
	if err != nil {
		return fmt.Errorf("look for identity questions: %w", err)
	}
	if len(waiting) > 0 {
		p.Question = ui.Link{
			Label: "See both and decide",
			Href:  console.At(e, "questions"),
		}
		p.Contested = waiting[0].Login
		if waiting[0].User == u.ID {
			if u.Status == sso.UserPending {
				p.Sees = "Signing in tells them that an admin must decide who gets their login."
			}
			p.Waits = nil // vouching would not let them in
		}
	}
	return d.personPushed(ctx, p, e, u, known)
}
