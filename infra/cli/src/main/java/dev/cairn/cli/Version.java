package dev.cairn.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the manifest, or that the launcher read from it. */
public final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version =
        Optional.ofNullable(Cairn.class.getPackage().getImplementationVersion())
            .orElseGet(() -> System.getProperty("cairn.version", "development"));
    return new String[] {"cairn " + version, "Java " + Runtime.version()};
  }
}
