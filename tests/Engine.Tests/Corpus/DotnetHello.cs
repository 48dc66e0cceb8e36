using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Corpus;

/// <summary>A hello-world dll, compiled outside by the SDK's compiler against the running framework.</summary>
internal static class DotnetHello
{
    private const string Source = "System.Console.WriteLine($\"hello {args[0]} {System.Linq.Enumerable.Sum(System.Linq.Enumerable.Select(System.Linq.ParallelEnumerable.AsParallel(System.Linq.Enumerable.Range(0, 100)), i => i))}\");";

    public static string Compile(string root, string runtime, ScratchDirectory scratch)
    {
        var compiler = Directory.Exists(Path.Combine(root, "sdk")) ? Directory.GetFiles(Path.Combine(root, "sdk"), "csc.dll", SearchOption.AllDirectories).FirstOrDefault(f => f.Contains("bincore", StringComparison.Ordinal)) : null;
        Assert.SkipWhen(compiler is null, "needs the .NET SDK");
        var references = new[] { "System.Private.CoreLib", "System.Runtime", "System.Console", "System.Linq", "System.Linq.Parallel", "System.Collections", "System.Collections.Concurrent" }.Select(n => $"-r:{Path.Combine(runtime, n)}.dll");
        var (code, output, _) = CProgram.Run(Path.Combine(root, "dotnet"), ["exec", compiler!, "-nologo", .. references, "-out:" + scratch.At("hello.dll"), scratch.Write("hello.cs", Source)]);
        Assert.True(code == 0, output);
        scratch.Write("hello.runtimeconfig.json", "{\"runtimeOptions\":{\"framework\":{\"name\":\"Microsoft.NETCore.App\",\"version\":\"" + Environment.Version.ToString(3) + "\"},\"configProperties\":{\"System.Globalization.Invariant\":true}}}");
        return scratch.At("hello.dll");
    }
}
