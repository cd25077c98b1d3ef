package directory

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// subjectRows returns the changed subjects that may be answered.
func (d *Directory) subjectRows(ctx context.Context, e sso.Enterprise) (rows []subjectsRow, err error) {
	all, _, err := d.Members.SubjectChanges(ctx, e.ID, sso.Page{})
	if err != nil {
		return nil, fmt.Errorf("list changed subjects: %w", err)
	}
	connections, err := d.Structure.Connections(ctx, e.ID)
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	for _, c := range all {
		if c.Decided() {
			continue
		}
		known := ""
		if c.Known > 0 {
			known = people(c.Known)
		}
		rows = append(rows, subjectsRow{
			ID: string(c.ID),
			Connection: ui.Link{
				Label: connectionNamed(connections, c.Connection).Name,
				Href:  console.At(e, "connections", string(c.Connection)),
			},
			People:  people(c.People),
			Logins:  c.Logins,
			More:    max(0, c.People-len(c.Logins)),
			Known:   known,
			Since:   ui.NewTime(c.FirstAt, d.Now()),
			Refused: c.Answer == sso.SubjectsRefuse,
			Action:  console.At(e, "subject-changes", string(c.ID)),
		})
	}
	return rows, nil
}

func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

func (d *Directory) answerSubjects(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	id, err := sso.ParseID[sso.SubjectChangeID](r.PathValue("subject_change"))
	if err != nil {
		return sso.NothingHere()
	}
	_, err = d.Service.AnswerSubjectChange(
		r.Context(), v.Actor, v.Enterprise.ID, id, sso.SubjectAnswer(r.PostForm.Get("answer")),
	)
	if err != nil && !console.OnForm(err) {
		return fmt.Errorf("answer changed subjects: %w", err)
	}
	if err != nil {
		return d.showQuestions(w, r, v, err)
	}
	return console.Done(w, console.At(v.Enterprise, "questions"), "subjects")
}
