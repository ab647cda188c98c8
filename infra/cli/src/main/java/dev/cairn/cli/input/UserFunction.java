package dev.cairn.cli.input;

import dev.cairn.backend.heap.HeapStateBackend;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.function.KeyedFunction;
import dev.cairn.lambda.CodeDescription;
import dev.cairn.operator.Operator;
import dev.cairn.operator.Serialization;
import dev.cairn.state.HashRange;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.JarFile;

/** A user's function, found by its class's name. */
public final class UserFunction {
  private final Constructor<? extends KeyedFunction<?>> constructor;

  private UserFunction(Constructor<? extends KeyedFunction<?>> constructor) {
    this.constructor = constructor;
  }

  /** A function on the class path, such as the example that comes with Cairn. */
  public static UserFunction of(Class<? extends KeyedFunction<?>> type) {
    return load(type.getName(), Optional.empty());
  }

  /**
   * Loads a function and creates an instance, so that mistakes are reported now.
   *
   * @param jar the jar with its class; Cairn's own classes are always available
   * @throws InputException if there is no such function, or it cannot be created
   */
  public static UserFunction load(String className, Optional<Path> jar) {
    String where = jar.map(Path::toString).orElse("the class path");
    try {
      Class<?> type = Class.forName(className, true, loader(jar));
      UserFunction function = new UserFunction(constructor(type, where));
      function.requireUsable();
      return function;
    } catch (ClassNotFoundException e) {
      throw new InputException(
          "class "
              + className
              + " is not in "
              + where
              + ": give its full name, package included, and the jar that holds it"
              + " (--function, --jar)",
          e);
    } catch (LinkageError e) {
      throw new InputException(
          "class "
              + className
              + " in "
              + where
              + " cannot be loaded ("
              + (e.getCause() == null ? e : e.getCause())
              + "): build the jar with its dependencies, for Java 21 and for this version of Cairn",
          e);
    }
  }

  /**
   * Opens an instance as a container would, without state; an exception would occur in every
   * container.
   */
  private void requireUsable() {
    try {
      var unused =
          Operator.open(create(), HeapStateBackend::new, HashRange.ALL, Serialization.AT_DRAIN);
    } catch (IllegalStateException e) {
      throw new InputException(String.valueOf(e.getMessage()), e);
    }
  }

  private static ClassLoader loader(Optional<Path> jar) {
    ClassLoader ours = UserFunction.class.getClassLoader();
    return jar.<ClassLoader>map(file -> new URLClassLoader(new URL[] {url(file)}, ours))
        .orElse(ours);
  }

  private static URL url(Path jar) {
    if (!Files.isRegularFile(jar)) {
      throw new InputException(
          jar + " is not a file: build the jar first, and give its path (--jar)");
    }
    // The class loader would find nothing in it without an error.
    try (JarFile readable = new JarFile(jar.toFile())) {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new InputException(
          jar + " is not a path that a jar can be loaded from: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new InputException(jar + " is not a jar: " + e.getMessage(), e);
    }
  }

  private static Constructor<? extends KeyedFunction<?>> constructor(Class<?> type, String where) {
    if (!KeyedFunction.class.isAssignableFrom(type)) {
      throw new InputException(
          "class "
              + type.getName()
              + " in "
              + where
              + " does not implement "
              + KeyedFunction.class.getName()
              + (implementsNamesake(type)
                  ? ", but another class of that name: leave Cairn itself out of the jar"
                  : ": name the class that does"));
    }
    if (Modifier.isAbstract(type.getModifiers()) || !Modifier.isPublic(type.getModifiers())) {
      throw new InputException(
          "class "
              + type.getName()
              + " in "
              + where
              + " cannot be created: it must be public and not abstract");
    }
    try {
      @SuppressWarnings("unchecked") // asked above
      Class<? extends KeyedFunction<?>> function = (Class<? extends KeyedFunction<?>>) type;
      return function.getConstructor();
    } catch (NoSuchMethodException e) {
      throw new InputException(
          "class "
              + type.getName()
              + " in "
              + where
              + " has no public constructor without parameters: give it one, since each"
              + " container makes its own",
          e);
    }
  }

  private static boolean implementsNamesake(Class<?> type) {
    for (Class<?> known : type.getInterfaces()) {
      if (known.getName().equals(KeyedFunction.class.getName())) {
        return true;
      }
    }
    return false;
  }

  public String className() {
    return constructor.getDeclaringClass().getName();
  }

  /**
   * Returns the settings of {@code configure()}, as a deployed container reads them.
   *
   * @throws InputException if a setting is invalid; the message names the option
   */
  public CodeDescription code() {
    try {
      CodeDescription code = CodeDescription.of(create());
      code.appliedTo(CheckpointSettings.DEFAULTS);
      return code;
    } catch (IllegalArgumentException e) {
      throw new InputException(
          "what " + className() + " sets in configure() cannot be used: " + e.getMessage(), e);
    }
  }

  /** Creates a new instance. Only the instance knows its type of events. */
  @SuppressWarnings("unchecked") // it receives only events that its own deserializer created
  public KeyedFunction<Object> create() {
    try {
      return (KeyedFunction<Object>) constructor.newInstance();
    } catch (InvocationTargetException e) {
      throw new InputException(
          "the constructor of "
              + className()
              + " threw "
              + e.getCause()
              + ": set the function up in open() instead",
          e);
    } catch (ReflectiveOperationException e) {
      throw new InputException("class " + className() + " cannot be created: " + e, e);
    }
  }
}
