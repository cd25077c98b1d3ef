package web

import (
	"gatehouse/web/access"
	"gatehouse/web/account"
	"gatehouse/web/activity"
	"gatehouse/web/assistant"
	"gatehouse/web/connection"
	"gatehouse/web/console"
	"gatehouse/web/directory"
	"gatehouse/web/overview"
	"gatehouse/web/provisioning"
	"gatehouse/web/signin"
	"gatehouse/web/testconnection"
	"gatehouse/web/ui"
)

// Templates returns the pages of every feature, for [ui.New].
func Templates() []ui.Templates {
	return []ui.Templates{
		signin.Templates(),
		account.Templates(),
		console.Templates(),
		access.Templates(),
		overview.Templates(),
		directory.Templates(),
		activity.Templates(),
		assistant.Templates(),
		connection.Templates(),
		testconnection.Templates(),
		provisioning.Templates(),
	}
}
