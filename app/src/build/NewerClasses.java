import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Gives the classes of a jar the form of a newer Java where they have one of before Java 7: {@code
 * java NewerClasses.java JAR}. What they do stays the same. The JVM keeps only such classes in its
 * cache; the older ones it reads from the jar and verifies, by the slow method, at every start. That
 * took a tenth of ours, for the command line's library alone. Part of the build, not of the program.
 */
class NewerClasses {
  /** The first version of which the JVM's cache takes classes, as it verifies them by their maps. */
  private static final int JAVA_7 = 51;

  public static void main(String[] arguments) throws IOException {
    Path jar = Path.of(arguments[0]);
    Path rewritten = jar.resolveSibling(jar.getFileName() + ".newer");
    try (JarFile in = new JarFile(jar.toFile());
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(rewritten))) {
      ClassFile classes = 
          ClassFile.of(
              ClassHierarchyResolverOption.of(hierarchy(in)), StackMapsOption.GENERATE_STACK_MAPS);
      for (JarEntry entry : (Iterable<JarEntry>) in.stream()::iterator) {
        byte[] bytes = in.getInputStream(entry).readAllBytes();
        JarEntry copy = new JarEntry(entry.getName());
        // The same input makes the same jar.
        copy.setTime(entry.getTime());
        out.putNextEntry(copy);
        out.write(entry.getName().endsWith(".class") ? newer(classes, bytes) : bytes);
      }
    }
    Files.move(rewritten, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Where verification has to know a class's parents: this jar, then the JDK. */
  private static ClassHierarchyResolver hierarchy(JarFile jar) {
    return ClassHierarchyResolver.ofResourceParsing(
            name -> {
              String path = name.packageName().replace('.', '/') + "/" + name.displayName();
              JarEntry entry = jar.getJarEntry(path + ".class");
              try {
                return entry == null ? null : jar.getInputStream(entry);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .orElse(ClassHierarchyResolver.defaultResolver())
        .cached();
  }

  private static byte[] newer(ClassFile classes, byte[] bytes) {
    ClassModel model = classes.parse(bytes);
    if (model.majorVersion() >= JAVA_7) {
      return bytes;
    }
    ClassTransform version =
        (builder, element) ->
            builder.with(
                element instanceof ClassFileVersion ? ClassFileVersion.of(JAVA_7, 0) : element);
    // Bodies are written anew, for only then do they get the maps that verification needs.
    return classes.transformClass(
        model, version.andThen(ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)));
  }
}
