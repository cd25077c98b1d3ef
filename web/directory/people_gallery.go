package directory

import (
	"fmt"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

const (
	odd        = `<b>"Bobby" & Tables</b>`
	galleryEnt = "/admin/enterprises/acme"
	galleryUsr = "user-06d5x0wkj3n8p7r5t2v4y6z8ab"
	galleryGrp = "group-06d5x0wkj3n8p7r5t2v4y6z8ab"
)

const galleryReset = "Okta resets groups at each sign-in. Manual changes last until then, unless the identity provider agrees."

func gallerySearch(path, label, value string) searchForm {
	s := searchForm{
		Action: path,
		Label:  label,
		Hint:   "The beginning is enough. Case does not matter.",
		Value:  value,
	}
	if value != "" {
		s.All = path
	}
	return s
}

func galleryPeople() []gallery.Example {
	active := ui.Badge{Label: "active", State: "ok"}
	off := ui.Badge{Label: "deactivated", State: "error"}
	waits := ui.Badge{Label: "needs approval", State: "warn"}
	typical := galleryPeoplePage("")
	typical.Rows = []personRow{
		galleryPersonRow("Ada Lovelace", "ada@acme.example", "ada@acme.example", active, 2*time.Minute),
		galleryPersonRow("lcontractor", "", "", waits, time.Hour),
		galleryPersonRow("Grace Hopper", "grace@acme.example", "grace@acme.example", off, 90*24*time.Hour),
	}
	many := galleryPeoplePage("a")
	for i := range 50 {
		many.Rows = append(
			many.Rows,
			galleryPersonRow(
				fmt.Sprintf("Ada Number %d", i), fmt.Sprintf("ada%d@acme.example", i),
				fmt.Sprintf("ada%d@acme.example", i), active, time.Duration(i)*time.Hour,
			),
		)
	}
	many.Pager = ui.Pager{
		Next:  galleryEnt + "/people?q=a&cursor=61",
		First: galleryEnt + "/people?q=a",
	}
	long := galleryPeoplePage("")
	long.Rows = []personRow{
		galleryPersonRow(
			strings.Repeat("Maximiliane ", 20), gallery.LongLogin, gallery.LongLogin, active,
			time.Hour,
		),
		galleryPersonRow(odd, odd, odd, off, time.Hour),
		galleryPersonRow("ليلى حداد", "layla", "layla@future.example", active, time.Hour),
	}
	return []gallery.Example{
		{Name: "People-empty", Status: 200, Page: galleryPeoplePage("")},
		{Name: "People-none-found", Status: 200, Page: galleryPeoplePage("zz")},
		{Name: "People-typical", Status: 200, Page: typical},
		{Name: "People-many", Status: 200, Page: many},
		{Name: "People-long-names", Status: 200, Page: long},
	}
}

func galleryPeoplePage(value string) *peoplePage {
	p := &peoplePage{
		Base:   gallery.Console("People"),
		Search: gallerySearch(galleryEnt+"/people", "Name, login or e-mail", value),
		Pages:  pagesOfPeople(galleryEnt),
	}
	p.Search.Filter = &ui.Field{
		ID:    "status",
		Name:  "status",
		Label: "Status",
		Kind:  "select",
		Options: []ui.Option{
			{Label: "Everyone", Chosen: true},
			{Value: "deactivated", Label: "Deactivated"},
		},
	}
	return p
}

func galleryPersonRow(name, login, email string, status ui.Badge, seen time.Duration) personRow {
	return personRow{
		personRef{
			Name:  name,
			Login: login,
			Href:  galleryEnt + "/people/" + galleryUsr,
		},
		email,
		status,
		gallery.Ago(seen),
	}
}

func galleryQuestions() []gallery.Example {
	upgraded := withoutAttempt(galleryQuestion("quest-2", odd, gallery.LongLogin))
	return []gallery.Example{
		{
			Name:   "Questions-none",
			Status: 200,
			Page:   galleryQuestionsPage(),
		},
		{
			Name:   "Questions-waiting",
			Status: 200,
			Page: galleryQuestionsPage(
				galleryQuestion("quest-1", "ada@acme.example", ""),
				upgraded,
				galleryPushedQuestion(galleryQuestion("quest-3", "grace@acme.example", "")),
			),
		},
		{
			Name:   "Questions-move",
			Status: 200,
			Page:   galleryQuestionsPage(movedQuestion(galleryQuestion("quest-4", "ada@acme.example", ""))),
		},
		{
			Name:   "Questions-merged",
			Status: 200,
			Page:   galleryQuestionsPage(mergedQuestion(galleryQuestion("quest-5", "ada@acme.example", ""))),
		},
		{
			Name:   "Questions-former",
			Status: 200,
			Page:   galleryQuestionsPage(formerQuestion(galleryQuestion("quest-6", "ada.contractor", ""))),
		},
		{
			Name:   "Questions-subjects",
			Status: 200,
			Page:   gallerySubjects(galleryQuestion("quest-1", "ada@acme.example", "")),
		},
		{
			Name:   "Questions-rule-off",
			Status: 200,
			Page:   galleryRule(false, false),
		},
		{
			Name:   "Questions-rule-tried",
			Status: 200,
			Page:   galleryRule(false, true, galleryVerdicts()...),
		},
		{
			Name:   "Questions-rule-on",
			Status: 200,
			Page:   galleryRule(true, false, galleryVerdicts()[0]),
		},
		{
			Name:   "Questions-rule-nothing",
			Status: 200,
			Page:   galleryRule(false, true),
		},
		{
			Name:   "Questions-login-refused",
			Status: 422,
			Page:   refusedLogin(galleryQuestion("quest-1", "ada@acme.example", "")),
		},
		{
			Name:   "Questions-late",
			Status: 422,
			Page:   lateAnswer(galleryQuestion("quest-1", "ada@acme.example", "")),
		},
	}
}

// galleryQuestionPerson returns one of the two people of a question.
func galleryQuestionPerson(id, name, login string, status ui.Badge) questionPerson {
	return questionPerson{
		ID: id,
		Person: personRef{
			Name:  name,
			Login: login,
			Href:  galleryEnt + "/people/" + id,
		},
		Status:     status,
		Email:      "ada@acme.example",
		Since:      gallery.Ago(time.Hour),
		LastSignIn: ui.NewTime(time.Time{}, gallery.Now()),
		Identities: []identityRow{{
			Connection: ui.Link{
				Label: "Okta",
				Href:  galleryEnt + "/connections/x",
			},
			Subject: "00u9z8y7x6w5v4u3t2s1",
		}},
	}
}

// galleryQuestion returns a question about a login that a sign-in raised.
func galleryQuestion(id, login, keeps string) questionRow {
	return questionRow{
		ID:     id,
		Login:  login,
		Keeps:  keeps,
		Since:  gallery.Ago(time.Hour),
		Action: galleryEnt + "/questions/" + id,
		Attempt: ui.Link{
			Label: "att-01hf7k3m9q2v5x8z1b4d6g8j0n",
			Href:  galleryEnt + "/activity/attempts/x",
		},
		Claimant: galleryQuestionPerson("user-06d5x0wkj3n8p7r5t2v4y6z8aa", "Ada King", login, ui.Badge{
			Label: "needs approval",
			State: "warn",
		}),
		Holder: galleryQuestionPerson(galleryUsr, "Ada Lovelace", login, ui.Badge{
			Label: "active",
			State: "ok",
		}),
	}
}

// lateAnswer is the page after a question was answered that waits no more.
func lateAnswer(r questionRow) *questionsPage {
	p := galleryQuestionsPage(r)
	p.Wrong = []ui.Wrong{
		{Message: "This question does not wait any more: it was answered, or the login became free."},
	}
	return p
}

// refusedLogin is the page after another login was given that a third person has.
func refusedLogin(r questionRow) *questionsPage {
	r.Refused = r.LoginOf("claimant")
	r.Refused.Value = "grace@acme.example"
	wrong := ui.Blame(&sso.Error{Fields: []sso.FieldError{{
		Field:   "login",
		Message: "Another active person of this enterprise has the login grace@acme.example.",
	}}}, &r.Refused)
	p := galleryQuestionsPage(r)
	p.Wrong = wrong
	return p
}

// movedQuestion makes the question one of a move.
func movedQuestion(r questionRow) questionRow {
	r.Move = true
	r.Both = "the e-mail address ada@acme.example"
	return r
}

// mergedQuestion makes the question one of a merge.
func mergedQuestion(r questionRow) questionRow {
	r.Merged = true
	return r
}

// formerQuestion makes the question one of a former identity.
func formerQuestion(r questionRow) questionRow {
	r.Former = true
	return r
}

func gallerySubjects(rows ...questionRow) *questionsPage {
	p := galleryQuestionsPage(rows...)
	p.Subjects = []subjectsRow{
		{
			ID: "subjects-1",
			Connection: ui.Link{
				Label: "Okta",
				Href:  galleryEnt + "/connections/x",
			},
			People: "137 people",
			Logins: []string{"ada@acme.example", "grace@acme.example", odd, gallery.LongLogin, "bob@acme.example"},
			More:   132,
			Since:  gallery.Ago(time.Hour),
			Action: galleryEnt + "/subject-changes/x",
		},
		{
			ID: "subjects-2",
			Connection: ui.Link{
				Label: "Entra ID",
				Href:  galleryEnt + "/connections/y",
			},
			People:  "5 people",
			Logins:  []string{"ada@acme.example"},
			More:    4,
			Known:   "3 people",
			Since:   gallery.Ago(48 * time.Hour),
			Refused: true,
			Action:  galleryEnt + "/subject-changes/y",
		},
	}
	return p
}

func galleryQuestionsPage(rows ...questionRow) *questionsPage {
	return &questionsPage{
		Base: gallery.Console("People", ui.Link{
			Label: "People",
			Href:  galleryEnt + "/people",
		}),
		Rows: rows,
	}
}

func galleryMoment(id, action string) momentForm {
	return momentForm{
		Action: action,
		Button: "Show what would change",
		Field: ui.Field{
			ID:    id,
			Name:  "at",
			Label: "Time, in UTC",
			Hint:  "Such as 2026-11-24T10:30.",
			Kind:  "datetime-local",
			Value: "2026-11-23T10:30",
			Most:  40,
		},
	}
}

// galleryPushedQuestion returns a question as if a push had raised it.
func galleryPushedQuestion(q questionRow) questionRow {
	q.Attempt = ui.Link{}
	q.Push = ui.Link{Label: "Employees", Href: galleryEnt + "/activity/provisioning?name=grace"}
	q.Holder.Pushed = []ui.Fact{{
		Label: "Pushed by Employees",
		Value: "userName grace, externalId 00u1a2b3c4, not active",
	}}
	return q
}

func withoutAttempt(q questionRow) questionRow {
	q.Attempt = ui.Link{}
	return q
}
