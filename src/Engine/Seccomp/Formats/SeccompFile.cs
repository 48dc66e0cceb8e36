using System.Text;

namespace Sandbox.Seccomp;

/// <summary>Files of policies and programs.</summary>
public static class SeccompFile
{
    // What no policy reaches; a greater file is a mistake, such as a device or a disk image.
    private const long LargestFile = 16 << 20;

    /// <summary>Reads a file: a policy, or a program where the format is <see cref="SeccompFormat.Bpf"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">Its format; by its ending if null.</param>
    /// <param name="context">Against what conditions are resolved; this machine if null.</param>
    public static IReadOnlyList<object> Read(string path, SeccompFormat? format = null, SeccompImportContext? context = null)
    {
        var actual = format ?? SeccompFormats.OfPath(path);
        byte[] bytes = ReadBytes(path);
        if (actual != SeccompFormat.Bpf) return SeccompFormats.Read(Decode(bytes, path), actual, path, context);
        var program = SeccompProgram.FromBytes(bytes, (context ?? new()).Architecture == SeccompArchitecture.S390X);
        BpfVerifier.Check(program);
        return [program];
    }

    /// <summary>Writes a policy whole or not at all.</summary>
    public static void Write(SeccompPolicy policy, string path, SeccompFormat? format = null, bool allowLossy = false, bool replace = false)
    {
        var actual = format ?? SeccompFormats.OfPath(path);
        byte[] bytes = actual == SeccompFormat.Bpf ? SeccompCompiler.Compile(policy).ToBytes() : Encoding.UTF8.GetBytes(SeccompFormats.Write(policy, actual, allowLossy));
        if (!replace && File.Exists(path)) throw new SandboxException("SeccompFile,EEXIST", SandboxErrorKind.ResourceExists, $"'{path}' exists.", "Use -Force to replace it.");
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, replace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary)) File.Delete(temporary);
            throw new SandboxException("SeccompFile,EIO", SandboxErrorKind.PermissionDenied, $"'{path}' can't be written: {e.Message}", "Check the directory and its permissions.", e);
        }
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > LargestFile } large)
                throw new SandboxException("SeccompFile,EFBIG", SandboxErrorKind.InvalidArgument, $"'{path}' has {large.Length} bytes; no policy has more than {LargestFile}.", "Give the file of a policy.");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SandboxException("SeccompFile,ENOENT", SandboxErrorKind.ObjectNotFound, $"'{path}' doesn't exist.", "Check the path.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SandboxException("SeccompFile,EIO", SandboxErrorKind.PermissionDenied, $"'{path}' can't be read: {e.Message}", "Check the path and its permissions.", e);
        }
    }

    private static string Decode(byte[] bytes, string path)
    {
        try
        {
            using var reader = new StreamReader(new MemoryStream(bytes), new UTF8Encoding(false, throwOnInvalidBytes: true));
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException e)
        {
            throw new SandboxException("SeccompFile,BAD_TEXT", SandboxErrorKind.ParserError, $"'{path}' is no UTF-8 text: {e.Message}", "Give -Format Bpf for a compiled program.", e);
        }
    }
}
