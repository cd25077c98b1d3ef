package page

// adminPages are those about who administers, and the enterprises they do it
// for.
func adminPages() []Page {
	return []Page{new(AdminSignIn), new(AdminConfirm), new(AdminWelcome), new(AdminAccount), new(Admins), new(Access), new(SetupStart)}
}

// AdminSignIn is how local admins get into the console.
type AdminSignIn struct {
	Base
	Wrong    []Wrong
	Login    Field
	Password Field
	ReturnTo string // "" for nowhere in particular
	// Company leads to the single sign-on that the login's company insists on;
	// nil if it does not, or none is known.
	Company *Choice
	Passkey *Challenge // nil where passkeys cannot be used
}

func (AdminSignIn) title() string { return "Sign in to the console" }

// Challenge is what a passkey answers, as the browser's interface wants it.
type Challenge struct {
	Action  string // where the answer is posted
	Options string // JSON
	Token   string // by which we know the challenge again
}

// AdminConfirm asks an operator for a password or passkey once more.
type AdminConfirm struct {
	Base
	Wrong    []Wrong
	Login    string
	Password Field
	ReturnTo string
	Passkey  *Challenge // nil where the account has none
}

func (AdminConfirm) title() string { return "Confirm that it is you" }

// AdminWelcome makes somebody who was invited an admin.
type AdminWelcome struct {
	Base
	Wrong    []Wrong
	Action   string
	Recovery bool
	Expires  Time
	Fields   []Field
}

func (AdminWelcome) title() string { return "Create your admin account" }

// AdminAccount is what an admin is told about their own account.
type AdminAccount struct {
	Base
	Next     *Link // what comes after the account was created; nil later
	Wrong    []Wrong
	Facts    []Fact
	Fields   []Field // of another password
	Passkeys []PasskeyRow
	Add      *Challenge // nil where passkeys cannot be used
	Tied     *TiedTo    // nil if the account is nobody's by single sign-on
	CanTie   *TiedTo    // who is signed in by single sign-on in this browser; nil for nobody
	// Confirm is where the password or a passkey is given again, which tying and
	// adding a passkey need; "" if that was done lately.
	Confirm string
}

func (AdminAccount) title() string { return "Your admin account" }

// TiedTo is who somebody is by single sign-on.
type TiedTo struct{ Name, Login, Enterprise string }

// PasskeyRow is one of somebody's passkeys.
type PasskeyRow struct {
	Name   string
	Made   Time
	Used   Time
	Remove Confirm
}

// Admins are all local accounts.
type Admins struct {
	Base
	Wrong    []Wrong
	Rows     []AdminRow
	Pager    Pager
	Recovery Field // of an invitation
	Invited  *NewLink
	Uses     []AdminUse
}

func (Admins) title() string { return "Admins & recovery" }

// AdminRow is one account.
type AdminRow struct {
	Name, Login string
	Mine        bool // of whoever looks at it
	Badges      []Badge
	SignedIn    Time
	Passkeys    int
	Acts        []Act
}

// Act is something that can be done to a row at once.
type Act struct{ Label, Action, About string }

// AdminUse is a time that somebody got in, or did not.
type AdminUse struct {
	At        Time
	Succeeded bool
	Who, What string
	Recovery  bool
	Remote    string
}

// NewLink is a link that is shown once.
type NewLink struct {
	URL     Copyable
	Expires Time
	For     string
}

// Access is who administers an enterprise.
type Access struct {
	Base
	Wrong    []Wrong
	Admins   []NamedAdmin
	Pager    Pager
	Groups   []Link
	Add      Field
	AddTo    string
	Links    []SetupLinkRow
	LinkTo   string
	LinkForm []Field
	Made     *NewLink
	Enforced bool
	Enforce  Enforce
}

func (Access) title() string { return "Access" }

// NamedAdmin is a user who administers their enterprise.
type NamedAdmin struct {
	Name, Login, Href string
	Inactive          bool
	Since             Time
	Remove            Confirm
}

// SetupLinkRow is one setup link.
type SetupLinkRow struct {
	For, Connection string
	Badge           Badge
	Opens, MaxOpens int
	Opened, Expires Time
	Revoke          *Confirm // nil for one that opens nothing any more
}

// Enforce is the switch that makes single sign-on the only way in.
type Enforce struct {
	Confirm Confirm
	Missing []Todo // what has to be done before it can be switched on
}

// SetupStart is what a setup link shows before it is used.
type SetupStart struct {
	Base
	Action     string
	Connection string // "" for a new one
	For        string
	By         string
	Expires    Time
}

func (p *SetupStart) title() string { return "Set up single sign-on for " + p.Enterprise }
