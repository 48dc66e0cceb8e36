using System.Diagnostics;

namespace Sandbox.Bench;

/// <summary>A directory of its own with the programs that are measured; the working directory of every sandbox.</summary>
internal sealed class Workplace : IDisposable
{
    public const string TrueProgram = "/usr/bin/true";

    public Workplace()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("sandbox-bench-").FullName;
        File.SetUnixFileMode(Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    public string Directory { get; }

    public LaunchRequest Request(HardeningProfile profile, string program) => new() { FilePath = program, Profile = profile, WorkingDirectory = Directory };

    /// <summary>Compiles one of the bench's own programs, statically, so that no loader blurs what is measured. Libraries are options such as -lm.</summary>
    public string Compile(string name, params string[] libraries)
    {
        var output = Path.Join(Directory, name);
        var start = new ProcessStartInfo("gcc", ["-O2", "-static", "-o", output, Path.Join(AppContext.BaseDirectory, "Programs", name + ".c"), .. libraries]) { RedirectStandardError = true };
        using var compiler = Process.Start(start) ?? throw new InvalidOperationException("gcc didn't start.");
        var errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? output : throw new InvalidOperationException($"gcc can't compile {name}.c: {errors}");
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
