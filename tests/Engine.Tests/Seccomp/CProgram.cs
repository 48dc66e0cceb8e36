using System.Diagnostics;

namespace Sandbox.Tests.Seccomp;

/// <summary>C source through the machine's own compiler: an oracle that shares nothing with the code under test.</summary>
internal static class CProgram
{
    public static string? Compiler { get; } = new[] { "/usr/bin/gcc", "/usr/bin/cc" }.FirstOrDefault(File.Exists);

    /// <summary>Compiles a program and returns its path; skips the test where there is no compiler.</summary>
    public static string Compile(string source, string directory)
    {
        Assert.SkipWhen(Compiler is null, "needs a C compiler");
        string file = Path.Combine(directory, "program.c");
        File.WriteAllText(file, source);
        var (code, _, error) = Run(Compiler!, ["-O1", "-Wall", "-pthread", "-o", Path.Combine(directory, "program"), file]);
        Assert.True(code == 0, error);
        return Path.Combine(directory, "program");
    }

    /// <summary>The macros that a header defines, by name.</summary>
    public static Dictionary<string, string> Macros(string header, params string[] options)
    {
        Assert.SkipWhen(Compiler is null, "needs a C compiler");
        var (code, output, error) = Run(Compiler!, [.. options, "-E", "-dM", "-x", "c", "-"], $"#include <{header}>\n");
        Assert.True(code == 0, error);
        return output.Split('\n').Select(line => line.Split(' ', 3)).Where(words => words.Length == 3 && words[0] == "#define")
            .ToDictionary(words => words[1], words => words[2]);
    }

    public static (int Code, string Output, string Error) Run(string file, IEnumerable<string> arguments, string input = "")
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Assert.True(process.WaitForExit(60_000), "the program hangs");
        return (process.ExitCode, output.Result, error.Result);
    }
}
