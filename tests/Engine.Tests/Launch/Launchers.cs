using System.Runtime.InteropServices;
using Sandbox.Launch;

namespace Sandbox.Tests.Launch;

/// <summary>The launcher executables in the engine, and the tree that they are built from.</summary>
internal static class Launchers
{
    public static string Native => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";

    public static byte[] Embedded(string architecture)
    {
        using var stream = typeof(LaunchPlan).Assembly.GetManifestResourceStream("launcher-" + architecture)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public static string Write(string architecture, string directory)
    {
        var path = Path.Combine(directory, "launcher-" + architecture);
        File.WriteAllBytes(path, Embedded(architecture));
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return path;
    }

    /// <summary>The repository that the tests were built in, where it is still there.</summary>
    public static string? Repository
    {
        get
        {
            var directory = new DirectoryInfo(AppContext.BaseDirectory);
            while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Sandbox.slnx"))) directory = directory.Parent;
            return directory?.FullName;
        }
    }
}
