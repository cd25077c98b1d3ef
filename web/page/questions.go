package page

// Questions are the claims to a login that somebody else has.
type Questions struct {
	Base
	Wrong []Wrong
	Rows  []QuestionRow
	Pager Pager
}

func (*Questions) title() string { return "Who has which login" }

// QuestionRow is one claim, with both records.
type QuestionRow struct {
	ID       string
	Login    string
	Keeps    string // the login that the claimant signs in with meanwhile; "" if they are outside
	Since    Time
	Attempt  Link // Href is "" if no sign-in raised it
	Claimant QuestionPerson
	Holder   QuestionPerson
	Action   string // where the answer is posted
}

// QuestionPerson is one of the two records.
type QuestionPerson struct {
	ID         string
	Person     PersonLink
	Status     Badge
	Email      string
	Since      Time
	LastSignIn Time
	Identities []IdentityRow
}

// LoginOf is the field for another login of one of the two.
func (r QuestionRow) LoginOf(who string) Field {
	return Field{
		ID:           "login-" + who + "-" + r.ID,
		Name:         "login",
		Label:        "Another login",
		Hint:         "Sign-ins leave it as it is from then on.",
		Autocomplete: "off",
	}
}
