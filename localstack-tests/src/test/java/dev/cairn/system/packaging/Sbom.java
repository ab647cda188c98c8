package dev.cairn.system.packaging;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A CycloneDX bill of materials. */
record Sbom(Component subject, List<Component> components) {

  /**
   * @param licences SPDX ids; names where an artifact gives no more
   * @param sha256 of the jar; empty for the subject, which is not packed yet when its bill is made
   */
  record Component(
      String group, String name, String version, List<String> licences, String sha256) {
    String jar() {
      return name + "-" + version + ".jar";
    }
  }

  static Sbom read(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IllegalStateException(
          file + " is missing: it is made in the phase package, by a build that is online");
    }
    JsonNode bill = new ObjectMapper().readTree(file.toFile());
    List<Component> components = new ArrayList<>();
    bill.path("components").forEach(component -> components.add(component(component)));
    return new Sbom(component(bill.path("metadata").path("component")), components);
  }

  Stream<Component> all() {
    return Stream.concat(Stream.of(subject), components.stream());
  }

  private static Component component(JsonNode component) {
    List<String> licences = new ArrayList<>();
    for (JsonNode choice : component.path("licenses")) {
      JsonNode licence = choice.path("license");
      licences.add(
          licence.hasNonNull("id")
              ? licence.path("id").asText()
              : licence.path("name").asText(choice.path("expression").asText()));
    }
    String sha256 = "";
    for (JsonNode hash : component.path("hashes")) {
      if (hash.path("alg").asText().equals("SHA-256")) {
        sha256 = hash.path("content").asText();
      }
    }
    return new Component(
        component.path("group").asText(),
        component.path("name").asText(),
        component.path("version").asText(),
        licences,
        sha256);
  }
}
