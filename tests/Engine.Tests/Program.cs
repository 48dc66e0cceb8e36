using Sandbox.Tests.Lifecycle;

namespace Sandbox.Tests;

/// <summary>The test runner; with the first argument <c>host</c>, a process that hosts sandboxes for a test.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args)
    {
        if (args is ["host", .. var rest]) return Task.FromResult(HostProgram.Run(rest));
        return args.Any(a => a is "--server" or "--internal-msbuild-node")
            ? Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
    }
}
