package dev.cairn.system.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.system.packaging.Sbom.Component;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs at the build's end, on what was packed. */
class DeployedArtifactsTest {
  private static final int MOST_BEYOND_THE_SDK = 12;
  private static final String BEYOND_THE_SDK = "Cairn and libraries";

  /** Licences under which a part may be given on with a work under Apache-2.0. */
  private static final Set<String> COMPATIBLE =
      Set.of("Apache-2.0", "MIT", "MIT-0", "BSD-3-Clause");

  @ParameterizedTest
  @EnumSource
  void holdsTheJarsThatAreListedAndNoOther(Deployed deployed) throws IOException {
    Map<String, String> artifacts = artifacts(deployed.sbom());
    Set<String> there = new TreeSet<>();
    for (String jar : deployed.jars()) {
      there.add(artifacts.getOrDefault(jar, jar));
    }
    Set<String> listed =
        deployed.listed().values().stream()
            .flatMap(section -> section.keySet().stream())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(there)
        .as(
            "jars of %s. A new one makes every start longer: exclude it, or add it to %s with"
                + " the reason why it is needed. One that left: remove its line. (Jars of an"
                + " earlier build go with mvn clean.)",
            deployed, deployed.list())
        .isEqualTo(listed);
  }

  @ParameterizedTest
  @EnumSource(names = "INSTALLATION", mode = EnumSource.Mode.EXCLUDE)
  void holdsAtMostTwelveJarsBeyondTheSdk(Deployed deployed) {
    assertThat(deployed.listed().get(BEYOND_THE_SDK)).hasSizeBetween(2, MOST_BEYOND_THE_SDK);
  }

  @ParameterizedTest
  @EnumSource
  void theBillOfMaterialsNamesEachJar(Deployed deployed) throws IOException {
    Sbom sbom = deployed.sbom();
    assertThat(sbom.all().map(Component::jar)).containsExactlyInAnyOrderElementsOf(deployed.jars());
    assertThat(sbom.components())
        .allSatisfy(component -> assertThat(component.sha256()).hasSize(64));
  }

  @ParameterizedTest
  @EnumSource
  void everyLicenceIsCompatibleWithOurs(Deployed deployed) throws IOException {
    assertThat(deployed.sbom().all())
        .allSatisfy(
            component -> {
              assertThat(component.licences()).as(component.jar()).isNotEmpty();
              assertThat(COMPATIBLE).as(component.jar()).containsAll(licences(component));
            });
  }

  /**
   * JLine's pom says "The BSD License", with the address of the one of three clauses. The plugin
   * that makes the bill looks at the name only, and takes it for the one of four.
   */
  private static List<String> licences(Component component) {
    boolean isJline = component.group().equals("org.jline");
    return component.licences().stream()
        .map(licence -> isJline && licence.equals("BSD-4-Clause") ? "BSD-3-Clause" : licence)
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void theNoticeNamesWhoseTheJarsAre(Deployed deployed) throws IOException {
    String notice = Files.readString(Path.of("..", "NOTICE"));
    assertThat(deployed.sbom().components())
        .filteredOn(component -> !component.group().equals("dev.cairn"))
        .isNotEmpty()
        .allSatisfy(
            component ->
                assertThat(notice)
                    .as("NOTICE says whose %s is", component.jar())
                    .contains(owner(component)));
  }

  @Test
  void ourOwnJarsHoldLicenceAndNotice() {
    assertThat(getClass().getResource("/META-INF/LICENSE")).isNotNull();
    assertThat(getClass().getResource("/META-INF/NOTICE")).isNotNull();
  }

  /** The group, or the one that all of a project's groups share. */
  private static String owner(Component component) {
    return component.group().startsWith("com.fasterxml.jackson")
        ? "com.fasterxml.jackson"
        : component.group();
  }

  private static Map<String, String> artifacts(Sbom sbom) {
    return sbom.all()
        .collect(
            Collectors.toMap(Component::jar, Component::name, (one, other) -> one, TreeMap::new));
  }
}
