package main

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"gatehouse/web/page"
)

const address = "127.0.0.1:8090"

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		os.Exit(1)
	}
}

func serve() error {
	pages, err := page.New(page.Options{})
	if err != nil {
		return err
	}
	fmt.Println("http://" + address + "/")
	server := http.Server{Addr: address, Handler: pages.GalleryHandler(), ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}
