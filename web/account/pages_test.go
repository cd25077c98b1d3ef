package account_test

import (
	"testing"

	"gatehouse/web/account"
	"gatehouse/web/ui/uitest"
)

func TestPages(t *testing.T) { uitest.Check(t, account.Gallery, account.Templates()) }
