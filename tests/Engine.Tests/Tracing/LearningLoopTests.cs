using Sandbox.Runtime;
using Sandbox.Seccomp;
using Sandbox.Tests.Runtime;
using Sandbox.Tracing;

namespace Sandbox.Tests.Tracing;

/// <summary>Trace, learn, run again: with real programs.</summary>
public sealed class LearningLoopTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("python3", "import json, sqlite3, threading; t = threading.Thread(target=print, args=(json.dumps([1]),)); t.start(); t.join(); print(sqlite3.connect(':memory:').execute('select 6*7').fetchone())")]
    [InlineData("node", "require('fs').readFile('/etc/passwd', (e, d) => console.log(e ? e.code : d.length > 0)); setTimeout(() => console.log('later'), 5)")]
    [InlineData("git", "cd /tmp && git init -q r && cd r && git config user.email a@b && git config user.name a && echo 1 > f && git add f && git commit -qm one && git log --oneline | wc -l")]
    [InlineData("gcc", "cd /tmp && echo 'int main(){return 42;}' > a.c && gcc -O2 -o a a.c && ./a; echo $?")]
    [InlineData("nginx", "mkdir -p /tmp/n && printf 'daemon off; master_process off; pid /tmp/n/pid; error_log /tmp/n/e; events {} http { access_log off; client_body_temp_path /tmp/n/b; proxy_temp_path /tmp/n/p; fastcgi_temp_path /tmp/n/f; uwsgi_temp_path /tmp/n/u; scgi_temp_path /tmp/n/s; server { listen 127.0.0.1:8080; return 200 hello; } }' > /tmp/n/c && nginx -e /tmp/n/e -c /tmp/n/c & sleep 0.05; curl -s http://127.0.0.1:9/; i=0; while [ $i -lt 100 ]; do curl -s http://127.0.0.1:8080/ && break; i=$((i+1)); sleep 0.05; done; kill $!; sleep 0.2; kill $! 2> /dev/null; wait $!; echo")] // twice: nginx may look at what the first says only when something wakes it
    [InlineData("curl", "echo data > /tmp/f && curl -s file:///tmp/f && curl -s http://127.0.0.1:9/ ; echo $?")]
    [InlineData("tar", "cd /tmp && mkdir d && echo 1 > d/f && tar czf a.tgz d && rm -r d && tar xzf a.tgz && cat d/f")]
    [InlineData("openssl", "openssl req -x509 -newkey rsa:2048 -nodes -keyout /tmp/k -out /tmp/c -subj /CN=x -days 1 2>/dev/null && openssl x509 -in /tmp/c -noout -subject && echo a | openssl dgst -sha256")]
    [InlineData("perl", "fork() ? wait() : exit(0); open(F, '>', '/tmp/p'); print F 'x'; close F; print -s '/tmp/p', \"\\n\"; print `echo sub`")]
    [InlineData("dotnet", "dotnet --list-runtimes | wc -l")]
    public void The_same_workload_passes_under_what_was_learned_and_another_is_denied_by_name(string program, string script)
    {
        Assert.SkipUnless(new[] { "/usr/bin", "/usr/sbin", "/bin" }.Any(d => File.Exists($"{d}/{program}")), $"{program} isn't installed");
        string[] command = program switch { "python3" => ["python3", "-c", script], "node" => ["node", "-e", script], "perl" => ["perl", "-e", script], _ => ["sh", "-c", script] };
        var profile = Sandboxed.Strict with { KeepEnvironment = ["DOTNET_ROOT"], ReadOnlyPaths = ["/etc/passwd", .. DotnetRoot()] };
        var request = Sandboxed.Request(profile, command[0], command[1..]);
        var trace = _scratch.At("t.ndjson");
        var traced = Sandboxed.Run(request with { TracePath = trace });
        Assert.True(traced.ExitCode == 0, Sandboxed.Describe(traced));
        foreach (var withArguments in new[] { false, true })
        {
            var policy = new SeccompPolicyDesign { Trace = new() { Traces = [trace], WithArguments = withArguments } }.Build();
            // Programs with threads don't make the same calls each time (futex and such): what a second run adds is learned too.
            var again = Sandboxed.Run(request with { SeccompPolicy = policy });
            for (var i = 0; i < 3 && again.Denials.Any(d => d.Syscall != "sched_yield"); i++)
            {
                var more = _scratch.At($"more{i}.ndjson");
                Sandboxed.Run(request with { TracePath = more });
                policy = new SeccompPolicyDesign { Trace = new() { Traces = [trace, .. Directory.GetFiles(_scratch.Path, "more*")], WithArguments = withArguments } }.Build();
                again = Sandboxed.Run(request with { SeccompPolicy = policy });
            }

            // Threads that find a lock taken yield, which they do on a busy machine alone.
            Assert.True(again.Denials.All(d => d.Syscall == "sched_yield"), Sandboxed.Describe(again));
            Assert.Equal((traced.ExitCode, traced.StandardOutput), (again.ExitCode, again.StandardOutput));
            Assert.Empty(SeccompProver.Differences(policy, SeccompCompiler.Compile(policy)));
        }

        var learned = new SeccompPolicyDesign { Trace = new() { Traces = [trace] } }.Build();
        var outside = Sandboxed.Run(Sandboxed.Request(profile, "unshare", "--user", "true") with { SeccompPolicy = learned });
        Assert.NotEqual(0, outside.ExitCode);
        Assert.Contains(outside.GetDenials(), d => d.Syscall == "unshare" && d.Suggestion.Contains("unshare", StringComparison.Ordinal));
    }

    private static string[] DotnetRoot() => Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root && Directory.Exists(root) ? [root] : [];
}
