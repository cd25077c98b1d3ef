package catalog

// consoleCodes returns the codes about access to the console.
func consoleCodes() []Entry {
	const area = "The console"
	return []Entry{
		{
			"not_an_admin", area, "the user is signed in, but is not an admin", Company,
			"an admin of the company names them under *Access*, " +
				"or the identity provider puts them into a group of admins",
		},
		{
			"admin_refused", area,
			"login or password of a local account are wrong, or the account is disabled; the audit trail says which",
			Operator, "`gatehouse admin link --recovery` creates another account",
		},
		{
			"second_step_needed",
			area,
			"an operator is known by single sign-on alone; the console asks for the password or a passkey of the account as well",
			Operator,
			"enter it; `gatehouse admin link --recovery` creates another account",
		},
		{
			"confirmation_needed",
			area,
			"tying an account or adding a passkey needs the password or a passkey of the last five minutes",
			Operator,
			"confirm your identity on *Admins & recovery*, *Your account*, and repeat the action",
		},
		{
			"passkey_refused", area,
			"the passkey is unknown, belongs to an account that is disabled, or did not verify its user",
			Operator, "try again, or sign in with the password; the log has the cause",
		},
		{
			"challenge_gone", area,
			"the request for a passkey is older than five minutes, or was used already",
			Operator, "load the page again",
		},
		{"too_many_passkeys", area, "an account has ten passkeys", Operator, "remove one first"},
		{
			"invitation_gone", area,
			"the one-time link was used, replaced, or is older than 24 hours",
			Operator, "`gatehouse admin link`, or *Admins & recovery*",
		},
		{
			"login_taken", area,
			"another local account has the login, perhaps in other letter case",
			Operator, "choose another",
		},
		{
			"user_tied", area, "another local account is tied to this user", Operator,
			"untie that one first",
		},
		{
			"last_recovery_admin", area,
			"the last recovery admin would be disabled, or lose that role",
			Operator, "create another one first",
		},
		{
			"no_recovery_admin", area,
			"single sign-on cannot be enforced while there is no recovery admin to switch it off again",
			Operator, "`gatehouse admin link --recovery`",
		},
		{
			"test_needed", area,
			"before enforcing single sign-on, an admin has to pass a test themselves, on an enabled connection that has not changed since",
			Company, "*SSO & provisioning*: test the connection, then enforce",
		},
		{
			"sso_enforced", area,
			"the enterprise enforces single sign-on: setup links and passwords of its admins are not accepted",
			Company,
			"sign in through the identity provider; a recovery admin can stop enforcing it under *Access*",
		},
		{
			"setup_link_gone", area,
			"the setup link is unknown, expired, used up or revoked, or its enterprise enforces single sign-on",
			Company,
			"ask the sender for a new one; *Access* lists the links and why each no longer opens",
		},
		{
			"setup_link_bound", area,
			"the setup link has created its connection, and opens only that one",
			Company, "continue with that connection, or ask for another link",
		},
	}
}
