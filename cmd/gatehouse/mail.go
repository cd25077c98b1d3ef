package main

import (
	"strings"

	"gatehouse/config"
	"gatehouse/internal/mail"
)

// sender returns the mail sender; nil without a mail server.
func sender(c config.SMTP) (mail.Sender, error) {
	if c.Addr == "" {
		return nil, nil
	}
	return mail.NewSMTP(mail.Config{
		Addr:     c.Addr,
		TLS:      mail.TLS(c.TLS),
		Username: c.Username,
		Password: c.Password,
		From:     c.From,
	})
}

// hostOf returns the host of the base URL, which mails name as their origin.
func hostOf(base string) string {
	_, host, _ := strings.Cut(base, "://")
	return host
}
