package main

import (
	"strings"

	"gatehouse/config"
	"gatehouse/internal/mail"
)

// sender is what mail goes out through; nil if nothing is set up.
func sender(c config.SMTP) (mail.Sender, error) {
	if c.Addr == "" {
		return nil, nil
	}
	return mail.NewSMTP(mail.Config{Addr: c.Addr, TLS: mail.TLS(c.TLS), Username: c.Username, Password: c.Password, From: c.From})
}

// hostOf is whose mail it is: what people see in the address bar.
func hostOf(base string) string {
	_, host, _ := strings.Cut(base, "://")
	return host
}
