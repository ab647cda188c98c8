package dev.cairn.localstack.deployed;

import dev.cairn.localstack.deployed.probe.CallProbe;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** A jar with the probe, by which the SDK finds it. */
final class ProbeJar {
  static final String NAME = "call-probe.jar";
  private static final String REGISTRATION =
      "software/amazon/awssdk/global/handlers/execution.interceptors";

  private ProbeJar() {}

  static byte[] bytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream jar = new JarOutputStream(bytes)) {
      String path = CallProbe.class.getName().replace('.', '/') + ".class";
      jar.putNextEntry(new JarEntry(path));
      try (InputStream compiled = CallProbe.class.getClassLoader().getResourceAsStream(path)) {
        Objects.requireNonNull(compiled).transferTo(jar);
      }
      jar.putNextEntry(new JarEntry(REGISTRATION));
      jar.write(CallProbe.class.getName().getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
