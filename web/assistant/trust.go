package assistant

import (
	"context"
	"fmt"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// reload is the state after something was recorded about the connection.
func (a *Assistant) reload(ctx context.Context, v console.Visit) (*state, error) {
	c, err := a.Console.Directory.Connection(ctx, v.Enterprise.ID, v.Connection.ID)
	if err != nil {
		return nil, fmt.Errorf("find connection: %w", err)
	}
	v.Connection = c
	return a.load(ctx, v)
}

// approval says what enabling waits for if the draft changes whom the company
// trusts; nothing if it does not, or is approved.
func (s *state) approval() []ui.Todo {
	if s.trust == nil || s.trust.State() == "approved" {
		return nil
	}
	todo := ui.Todo{
		State: "warn",
		Href:  s.at("test"),
		Label: "Test it",
	}
	const changes = "This changes whom the company trusts to identify its people. "
	const test = " Or test it yourself, in a browser that is signed in through the connection as it is now, as the same person."
	switch state := s.trust.State(); {
	case s.Role == sso.RoleOperator:
		return []ui.Todo{{
			State: "warn",
			Text:  changes + "You are an operator: enabling it approves it. Check every value below first.",
		}}
	case state == "waiting":
		todo.Text = changes +
			"It waits for approval: another admin of the company, or an operator, approves it on the page of the connection. " +
			"Nothing changes until then. Once it is approved, come back and enable it here." + test
	case state == "refused":
		todo.Text = changes + "An admin refused it. Ask them why, or change it."
		todo.Href, todo.Label = s.at("configure"), "Change it"
	default:
		todo.Text = changes + "Enabling it asks for approval by another admin of the company or by an operator." + test
	}
	return []ui.Todo{todo}
}
