using System.Diagnostics;

namespace Sandbox.Tests.Hardening;

/// <summary>Asks the C compiler for the values of header constants.</summary>
internal static class CHeader
{
    public static Dictionary<string, ulong> Values(IEnumerable<string> headers, IEnumerable<string> names, string extra = "")
    {
        string directory = Directory.CreateTempSubdirectory("sandbox-header-").FullName;
        try
        {
            string source = Path.Combine(directory, "a.c"), program = Path.Combine(directory, "a");
            File.WriteAllText(source, "#define _GNU_SOURCE\n#include <stdio.h>\n" + string.Concat(headers.Select(h => $"#include <{h}>\n"))
                + extra + "\nint main(void){\n" + string.Concat(names.Select(n => $"#ifdef {n}\nprintf(\"{n} %llu\\n\",(unsigned long long)({n}));\n#endif\n")) + "return 0;}\n");
            Run("gcc", source, "-o", program);
            return Run(program).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')).ToDictionary(p => p[0], p => ulong.Parse(p[1]));
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }

    private static string Run(string file, params string[] arguments)
    {
        ProcessStartInfo info = new(file, arguments) { RedirectStandardOutput = true };
        Process process;
        try
        {
            process = Process.Start(info)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Assert.Skip($"{file}: {e.Message}");
            throw;
        }

        using (process)
        {
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return output;
        }
    }
}
