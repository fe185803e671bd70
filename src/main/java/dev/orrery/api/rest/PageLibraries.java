package dev.orrery.api.rest;

import java.util.List;

/**
 * The libraries of the page: which files of which WebJar are served, and under what name. They come
 * from the class path, so that no file of somebody else lies in the tree.
 */
final class PageLibraries {
    private static final String WEBJARS = "META-INF/resources/webjars/";

    static final List<Served> FILES =
            List.of(
                    new Served("lit/index.js", "lit/3.2.1/index.js"),
                    new Served("lit-html/lit-html.js", "lit-html/3.3.2/lit-html.js"),
                    new Served("lit-html/is-server.js", "lit-html/3.3.2/is-server.js"),
                    new Served("lit-html/directive.js", "lit-html/3.3.2/directive.js"),
                    new Served(
                            "lit-html/directive-helpers.js", "lit-html/3.3.2/directive-helpers.js"),
                    new Served(
                            "lit-html/directives/repeat.js", "lit-html/3.3.2/directives/repeat.js"),
                    new Served("lit-html/directives/live.js", "lit-html/3.3.2/directives/live.js"),
                    new Served("lit-element/lit-element.js", "lit-element/4.2.2/lit-element.js"),
                    new Served(
                            "reactive-element/reactive-element.js",
                            "lit__reactive-element/2.1.2/reactive-element.js"),
                    new Served(
                            "reactive-element/css-tag.js",
                            "lit__reactive-element/2.1.2/css-tag.js"),
                    new Served("chart.js/chart.umd.js", "chart.js/4.4.9/dist/chart.umd.js"));

    private PageLibraries() {}

    /**
     * One file.
     *
     * @param name below {@code /lib/}, as the import map of {@code index.html} says
     * @param webjar below the folder of the WebJars
     */
    record Served(String name, String webjar) {
        String path() {
            return "/lib/" + name;
        }

        String resource() {
            return WEBJARS + webjar;
        }
    }
}
