package overview

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/sso/firststeps"
	"gatehouse/web/console"
)

// hidePath is the address that hides the first steps.
const hidePath = console.Prefix + "/first-steps/hide"

// firstSteps is what an operator does first, ticked as it happens.
type firstSteps struct {
	Steps []firstStep
	Done  int
	Hide  string
}

// firstStep is one of them.
type firstStep struct {
	Done       bool
	Title, Why string
	Href       string // where it is done; "" if not in the console, or in no enterprise yet
}

// stepWords has the words of each step.
var stepWords = map[firststeps.Step]firstStep{
	firststeps.Account: {
		Title: "Your account",
		Why:   "The first admin signs in here whatever happens to single sign-on.",
		Href:  console.Prefix + "/admins/me",
	},
	firststeps.SecondWay: {
		Title: "A second way in",
		Why:   "Add a passkey to your account, or invite another recovery admin: one lost password must not lock you out.",
		Href:  console.Prefix + "/admins/me",
	},
	firststeps.Mail: {
		Title: "Outgoing mail",
		Why: "For codes to people whose address is not verified, and for warnings. Set smtp.addr and smtp.from " +
			"(GATEHOUSE_SMTP_ADDR, GATEHOUSE_SMTP_FROM), as docs/configuration.md describes.",
	},
	firststeps.Application: {
		Title: "Your application",
		Why:   "Where people arrive after the sign-in, and what nginx or another proxy asks about.",
		Href:  console.Prefix + "/applications",
	},
	firststeps.Company: {
		Title: "The first enterprise",
		Why:   "Its name, and the key that is in its sign-in link.",
		Href:  "#h-new",
	},
	firststeps.Provider: {
		Title: "Its identity provider",
		Why:   "Set it up yourself, or give its IT admin a setup link that opens the assistant and nothing else.",
	},
	firststeps.SignIn: {
		Title: "The first sign-in",
		Why:   "Its sign-in link is on the overview of the enterprise.",
	},
}

// firstSteps returns the steps, or nil if there are none to show.
func (o *Overview) firstSteps(ctx context.Context) (*firstSteps, error) {
	all, err := o.First.Open(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return newFirstSteps(all), nil
}

func newFirstSteps(all []firststeps.Item) *firstSteps {
	f := &firstSteps{Hide: hidePath}
	for _, i := range all {
		step := stepWords[i.Step]
		if step.Done = i.Done; i.Done {
			f.Done++
		}
		if i.Enterprise.ID != "" {
			step.Href = hrefIn(i)
		}
		f.Steps = append(f.Steps, step)
	}
	return f
}

// hrefIn returns where a step is done in its enterprise.
func hrefIn(i firststeps.Item) string {
	if i.Step == firststeps.Provider {
		return console.At(i.Enterprise, "connections")
	}
	return console.Home(i.Enterprise)
}

func (o *Overview) hideFirst(w http.ResponseWriter, r *http.Request, _ console.Visit) error {
	if err := o.First.Hide(r.Context()); err != nil {
		return fmt.Errorf("hide the first steps: %w", err)
	}
	return console.Done(w, list, "hidden")
}
