package dev.vedette.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Put;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/reference/http-api.md} to the routes that there are. */
class ApiPageTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| `([A-Z, ]+) (/[^`]*)` \\|", Pattern.MULTILINE);
  private static final Pattern API =
      Pattern.compile("[A-Z]+ /(api|federate|metrics|agent|-)(/.*)?");
  // They only say that another method is meant.
  private static final Set<String> HINTS = Set.of("GET /-/reload", "GET /-/quit");

  @Test
  void thePageListsTheRoutesThatThereAreAndNoOthers() throws IOException {
    assertThat(listed()).isEqualTo(served());
  }

  private static Set<String> listed() throws IOException {
    Path page = Path.of(System.getProperty("vedette.root"), "docs/reference/http-api.md");
    Set<String> routes = new TreeSet<>();
    Matcher row = ROW.matcher(Files.readString(page));
    while (row.find()) {
      for (String method : row.group(1).split(", ", -1)) {
        routes.add(method + " " + row.group(2));
      }
    }
    return routes;
  }

  private static Set<String> served() {
    Set<String> routes = new TreeSet<>();
    for (JavaClass each : new ClassFileImporter().importPackages("dev.vedette")) {
      if (each.isAnnotatedWith(Controller.class)) {
        Class<?> controller = each.reflect();
        String base = controller.getAnnotation(Controller.class).value();
        for (Method method : controller.getDeclaredMethods()) {
          routes(method).map(route -> route.under(base)).forEach(routes::add);
        }
      }
    }
    routes.removeIf(route -> HINTS.contains(route) || !API.matcher(route).matches());
    return routes;
  }

  private record Route(String method, String path) {
    String under(String base) {
      String whole = ("/" + base + "/" + path).replaceAll("/+", "/");
      return method + " " + (whole.length() > 1 ? whole.replaceAll("/$", "") : whole);
    }
  }

  private static Stream<Route> routes(Method method) {
    Get get = method.getAnnotation(Get.class);
    Post post = method.getAnnotation(Post.class);
    Put put = method.getAnnotation(Put.class);
    return Stream.of(
            get == null ? Stream.<Route>empty() : routes("GET", get.value(), get.uris()),
            post == null ? Stream.<Route>empty() : routes("POST", post.value(), post.uris()),
            put == null ? Stream.<Route>empty() : routes("PUT", put.value(), put.uris()))
        .flatMap(each -> each);
  }

  private static Stream<Route> routes(String method, String value, String[] uris) {
    List<String> paths = uris.length > 1 ? List.of(uris) : List.of(value);
    return paths.stream().map(path -> new Route(method, path));
  }
}
