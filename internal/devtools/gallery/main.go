package main

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"gatehouse/web"
	"gatehouse/web/access"
	"gatehouse/web/account"
	"gatehouse/web/activity"
	"gatehouse/web/assistant"
	"gatehouse/web/connection"
	"gatehouse/web/directory"
	"gatehouse/web/overview"
	"gatehouse/web/provisioning"
	"gatehouse/web/signin"
	"gatehouse/web/testconnection"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

const address = "127.0.0.1:8090"

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		os.Exit(1)
	}
}

func serve() error {
	pages, err := ui.New(gallery.Options(), templates()...)
	if err != nil {
		return err
	}
	fmt.Println("http://" + address + "/")
	server := http.Server{
		Addr:              address,
		Handler:           gallery.Handler(pages, examples),
		ReadHeaderTimeout: 5 * time.Second,
	}
	return server.ListenAndServe()
}

// templates returns the templates of the gateway's pages and of the gallery.
func templates() []ui.Templates { return append(web.Templates(), gallery.Templates()) }

// examples returns the examples of every feature.
func examples() []gallery.Example {
	return slices.Concat(
		signin.Gallery(),
		account.Gallery(),
		access.Gallery(),
		overview.Gallery(),
		directory.Gallery(),
		activity.Gallery(),
		assistant.Gallery(),
		connection.Gallery(),
		provisioning.Gallery(),
		testconnection.Gallery(),
		gallery.Gallery(),
	)
}
