package catalog

// moveCodes returns the codes of moves of users between connections.
func moveCodes() []Entry {
	return []Entry{
		{
			"move_running", "API",
			"another move of users to this connection is being prepared",
			Operator,
			"wait until it is ready, or undo it",
		},
		{
			"move_target_disabled", "API",
			"users are to be moved to a connection that is not enabled",
			Operator,
			"enable the connection first",
		},
		{
			"move_approval_needed", "API",
			"an admin of the company moves users to a connection that the admin has not tested as it is live",
			Operator,
			"pass a test connection through it, or let an operator start the move",
		},
		{
			"move_exists", "API",
			"everyone of the former connection is in a move to the new one already",
			Operator,
			"look at that move; to begin again, undo it first",
		},
		{"move_undone", "API", "the move was undone before", Operator, "start another one"},
		{
			"move_decided", "API",
			"the user waits for no decision any more: it was decided, they have come, or the move was undone",
			Operator,
			"look at the move again",
		},
		{
			"operator_needed", "API",
			"the user is also an operator of the installation, " +
				"or an admin of the company whose identities are to change",
			Operator,
			"ask an operator",
		},
	}
}

// mergeCodes are the codes of merging users.
func mergeCodes() []Entry {
	return []Entry{
		{
			"same_user", "API",
			"a user is to be merged into itself",
			Operator, "name another user to keep",
		},
		{
			"user_merged", "API",
			"the user was merged into another, which the message names",
			Operator, "change the user who was kept, or undo the merge",
		},
		{
			"operator_account", "API",
			"an operator’s account is tied to one of two users who are to be merged",
			Operator, "untie the operator’s account first",
		},
		{
			"both_provisioned", "API",
			"one identity provider provisions both users who are to be merged, and counts them as two people",
			Operator, "delete one of the two at the identity provider first",
		},
		{
			"merge_undone", "API",
			"the merge was undone already",
			Operator, "look at the list of merges again",
		},
		{
			"merge_too_old", "API",
			"a merge can be undone for 30 days",
			Operator, "nothing; both stay one user",
		},
		{
			"admin_account", "API",
			"the user administers the company, and a token that could make no admin would merge or move the account",
			Operator,
			"decide in the console, or with a token of the installation that has `groups:write` and `members:write`",
		},
	}
}

// linkCodes are the codes of tying identities to users.
func linkCodes() []Entry {
	return []Entry{
		{
			"identity_in_use", "API",
			"the subject or the login leads to another user, which the message names",
			Operator, "merge the two users if they are one person, else look at the subject again",
		},
		{
			"identity_linked", "API",
			"the subject or the login leads to this user already",
			Operator, "nothing",
		},
		{
			"link_connection_disabled", "API",
			"an identity is to be tied of a connection that is not enabled",
			Operator, "enable the connection first",
		},
		{
			"link_not_provisioned", "API",
			"the identity provider of the connection provisions its users, and this user is none of them",
			Operator, "add the person at the identity provider",
		},
		{
			"link_approval_needed", "API",
			"an admin or a token of the company ties an identity of a connection " +
				"that the admin has not tested as it is live",
			Operator, "pass a test connection through it, or let an operator tie the identity",
		},
		{
			"admin_needed", "API",
			"the holder of a setup link changes the identities of a person, or how login conflicts are answered",
			Operator, "let an admin of the company do it",
		},
	}
}

// ruleCodes are the codes of rules that answer identity questions.
func ruleCodes() []Entry {
	return []Entry{
		{
			"rule_not_tried", "API",
			"the rule that answers login conflicts is to be switched on without a try within the last day, " +
				"or since it was changed last, or another actor tried it last",
			Operator, "try it first, look at each question, and switch it on then",
		},
		{
			"rule_approval_needed", "API",
			"an admin of the company switches the rule on, and has not tested each connection that is or was live, " +
				"or a token of the company does",
			Operator, "pass a test connection through the one that the message names, or let an operator switch it on",
		},
		{
			"rule_off", "API",
			"open login conflicts are to be answered by a rule that is switched off",
			Operator, "switch it on, or answer them one by one",
		},
	}
}

// erasureCodes are the codes of deleting users for good.
func erasureCodes() []Entry {
	return []Entry{
		{
			"account_deleted", "Signing in",
			"the person was deleted here for good, and a sign-in or a push would make the account again", Operator,
			"nothing; if the person is to come again, as a new account, allow it under *People › Deleted people*",
		},
		{
			"user_active", "API",
			"an active user is to be deleted for good",
			Operator, "deactivate the user first",
		},
		{
			"erase_operator", "API",
			"an operator’s account is tied to a user who is to be deleted",
			Operator, "untie or remove the operator’s account first",
		},
		{
			"erase_admin", "API",
			"the user to delete is appointed as an admin of the company",
			Operator, "end the appointment first",
		},
		{
			"still_provisioned", "API",
			"an identity provider provisions a user who is to be deleted as active",
			Operator, "deactivate or delete the person at the identity provider first",
		},
		{
			"erase_asked", "API",
			"another account waits for an answer about a user who is to be deleted",
			Operator, "answer it under *Login conflicts* first",
		},
	}
}
