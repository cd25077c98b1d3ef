package drift

import (
	"context"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gatehouse/sso"
)

// Wish is what an admin expects of a group: a number, or a list of logins.
type Wish struct {
	Group  string
	People int
	Logins []string // nil: People counts
}

// Expect keeps how many members, or which, a group of a connection should have. An
// admin knows it from the identity provider, which SCIM cannot ask. Errors: Invalid
// "validation_failed"; Conflict "too_many_expectations".
func (s *Service) Expect(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, w Wish,
) (sso.Expectation, error) {
	return s.keep(ctx, by, ent, conn, w, sso.ExpectedByAdmin)
}

// keep checks and stores an expectation.
func (s *Service) keep(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, w Wish,
	source sso.ExpectationSource,
) (sso.Expectation, error) {
	w.Group = strings.TrimSpace(w.Group)
	if w.Logins != nil {
		w.Logins = distinct(w.Logins)
		w.People = len(w.Logins)
	}
	if problems := w.problems(); len(problems) > 0 {
		return sso.Expectation{}, errFields(problems)
	}
	return s.Writer.SaveExpectation(ctx, by, sso.Expectation{
		Enterprise: ent,
		Connection: conn,
		Group:      w.Group,
		Source:     source,
		People:     w.People,
		Logins:     w.Logins,
	})
}

func errFields(problems []sso.FieldError) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "validation_failed",
		Public: "Some entries cannot be accepted.",
		Fields: problems,
	}
}

func (w Wish) problems() (problems []sso.FieldError) {
	problems = sso.ValidateName("group", w.Group)
	if w.People < 0 || w.People > sso.MaxExpected {
		problems = append(problems, sso.FieldError{
			Field:   "people",
			Message: fmt.Sprintf("Enter a number from 0 to %d.", sso.MaxExpected),
		})
	}
	if i := slices.IndexFunc(w.Logins, func(l string) bool { return len(sso.ValidateLogin("logins", l)) > 0 }); i >= 0 {
		problems = append(problems, sso.FieldError{
			Field:   "logins",
			Message: fmt.Sprintf("Line %d is no login: %s", i+1, sso.ValidateLogin("logins", w.Logins[i])[0].Message),
		})
	}
	return problems
}

func distinct(logins []string) []string {
	seen, all := map[string]bool{}, []string{}
	for _, l := range logins {
		l = strings.TrimSpace(l)
		if l != "" && !seen[l] {
			seen[l] = true
			all = append(all, l)
		}
	}
	return all
}

// Forget removes what was expected of a group. NotFound if nothing was.
func (s *Service) Forget(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, group string,
) error {
	return s.Writer.RemoveExpectation(ctx, by, ent, conn, strings.TrimSpace(group))
}

// Read reads what an admin enters: a number, or a list of logins, one per line, also
// as CSV. Of CSV the column userPrincipalName, userName, login or email is read, as
// identity providers export it, or the first. Errors: Invalid "validation_failed".
func Read(text string) (people int, logins []string, err error) {
	text = strings.TrimSpace(strings.TrimPrefix(text, sso.ByteOrderMark))
	if n, err := strconv.Atoi(text); err == nil {
		return n, nil, nil
	}
	r := csv.NewReader(strings.NewReader(text))
	if first, _, _ := strings.Cut(text, "\n"); !strings.Contains(first, ",") && strings.Contains(first, ";") {
		r.Comma = ';'
	}
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	r.TrimLeadingSpace = true
	rows, err := r.ReadAll()
	if err != nil {
		return 0, nil, sso.InvalidField("validation_failed", "people", "This is no CSV: "+err.Error()+".")
	}
	if logins = distinct(loginsOf(rows)); len(logins) == 0 {
		return 0, nil, sso.InvalidField("validation_failed", "people", "Enter a number, or logins, one per line.")
	}
	return len(logins), logins, nil
}

// loginsOf returns the logins of a table: all of a single row, else a column.
func loginsOf(rows [][]string) (logins []string) {
	if len(rows) == 1 && loginColumn(rows[0]) < 0 {
		return rows[0]
	}
	for i, row := range rows {
		if i == 0 && loginColumn(row) >= 0 {
			continue // the heading
		}
		if column := max(loginColumn(rows[0]), 0); column < len(row) {
			logins = append(logins, row[column])
		}
	}
	return logins
}

// loginColumn returns the column of logins by its heading, -1 if the row is none.
func loginColumn(row []string) int {
	for _, name := range []string{"userprincipalname", "username", "login", "email", "mail", "e-mail"} {
		for i, cell := range row {
			if strings.EqualFold(strings.ReplaceAll(strings.TrimSpace(cell), " ", ""), name) {
				return i
			}
		}
	}
	return -1
}
