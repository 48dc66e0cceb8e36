using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Corpus;

/// <summary>Ordinary programs run unmodified under Strict, with their normal result and at level Full.</summary>
public sealed class CorpusTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    // Name, script, expected output. Each runs in a writable directory of the caller's.
    public static TheoryData<string, string, string> Programs => new()
    {
        { "true", "/bin/true", "" },
        { "sh", "printf 'b\\na\\n' | sort | tr a-z A-Z | while read l; do printf '%s-' \"$l\"; done; echo $(( 6 * 7 ))", "A-B-42\n" },
        { "bash", "bash -c 'set -e; mapfile -t a < <(seq 3); echo ${#a[@]} ${a[*]}; (exit 3) || echo $?'", "3 1 2 3\n3\n" },
        { "python3 threads", "python3 -c \"import threading as t; r=[]; x=[t.Thread(target=r.append, args=(i,)) for i in range(20)]; [i.start() for i in x]; [i.join() for i in x]; print(sum(r))\"", "190\n" },
        { "python3 processes", "python3 -c \"import subprocess, multiprocessing as m; print(subprocess.run(['echo','hi'],capture_output=True,text=True).stdout.strip()); p=m.Pool(2); print(p.map(abs,[-1,-2])); p.close(); p.join()\"", "hi\n[1, 2]\n" },
        { "python3 sqlite", "python3 -c \"import sqlite3; c=sqlite3.connect('d.db'); c.execute('create table t(a)'); c.executemany('insert into t values(?)',[(i,) for i in range(9)]); c.commit(); print(c.execute('select sum(a) from t').fetchone())\" && sqlite3 d.db 'select count(*) from t'", "(36,)\n9\n" },
        { "python3 asyncio", "python3 -c \"import asyncio; print(asyncio.run(asyncio.wait_for(asyncio.sleep(0.01,'slept'),5)))\"", "slept\n" },
        { "node", "node -e \"const {execSync}=require('child_process'); const {Worker}=require('worker_threads'); console.log(execSync('echo child').toString().trim()); new Worker('require(\\\"worker_threads\\\").parentPort.postMessage(7)',{eval:true}).on('message',m=>console.log(m, [3,1,2].sort().join()))\"", "child\n7 1,2,3\n" },
        { "perl", "perl -MList::Util=sum -e 'open my $f, \">\", \"x\" or die $!; print $f \"hello\"; close $f; print -s \"x\", \" \", sum(1..10), \" \", `echo sub`'", "5 55 sub\n" },
        { "git", "git init -q r && cd r && git config user.email a@b && git config user.name n && echo 1 > f && git add f && git commit -qm first && git log --format=%s && git status --porcelain", "first\n" },
        { "gcc", "printf '#include <stdio.h>\\n#include <math.h>\\nint main(void){printf(\"%%.0f\\\\n\", sqrt(1764)); return 0;}' > p.c && gcc -O2 -Wall -o p p.c -lm && ./p", "42\n" },
        { "make-like", "for i in 1 2 3 4; do (echo $i > out$i) & done; wait; cat out*", "1\n2\n3\n4\n" },
        { "tar", "mkdir d && echo x > d/f && chmod 640 d/f && ln -s f d/l && tar czf a.tgz d && rm -r d && tar xzf a.tgz && cat d/l && stat -c %a d/f && tar cJf a.xz d && tar tJf a.xz | wc -l", "x\n640\n3\n" },
        { "openssl", "openssl speed -seconds 1 -bytes 64 sha256 >speed 2>&1 && grep -c sha256 speed | grep -q . && echo -n abc | openssl dgst -sha256 -r | cut -c1-16 && openssl genpkey -algorithm ed25519 -out k.pem && openssl pkey -in k.pem -noout -text | head -1", "ba7816bf8f01cfea\nED25519 Private-Key:\n" },
        { "curl", "echo served > page; python3 -m http.server --bind 127.0.0.1 8123 2>/dev/null >&2 & curl -s --retry 50 --retry-connrefused --retry-delay 0 --retry-max-time 20 http://127.0.0.1:8123/page; curl -s -o /dev/null -w '%{http_code}\\n' http://localhost:8123/none; kill %1", "served\n404\n" },
        { "coreutils", "id -u >/dev/null && df . >/dev/null && ls -la / >/dev/null && date +%Y >/dev/null && find /usr/bin -name 'true' && xargs echo < /dev/null && env | grep -c '^PATH='", "/usr/bin/true\n\n1\n" },
    };

    [Theory, MemberData(nameof(Programs))]
    public void It_gives_its_normal_result(string name, string script, string expected)
    {
        Need(name.Split(' ')[0]);
        var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, "/bin/bash", "-c", script) with { WorkingDirectory = _scratch.Path });
        Assert.True(process.ExitCode == 0 && process.StandardOutput == expected, Sandboxed.Describe(process));
        Assert.Equal(HardeningLevel.Full, process.Level);
    }

    [Fact]
    public void True_alone_runs_under_both_profiles()
    {
        foreach (var profile in new[] { Sandboxed.Strict, Sandboxed.Standard }) Assert.Equal(0, Sandboxed.Run(profile, "/bin/true").ExitCode);
    }

    [Fact]
    public void Dotnet_runs_a_program()
    {
        var runtime = System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory();
        var root = Path.GetFullPath(Path.Combine(runtime, "../../.."));
        var dll = DotnetHello.Compile(root, runtime, _scratch);
        var profile = root.StartsWith("/usr/", StringComparison.Ordinal) ? Sandboxed.Strict : Sandboxed.Strict with { ReadOnlyPaths = [root] };
        var process = Sandboxed.Run(Sandboxed.Request(profile, Path.Combine(root, "dotnet"), dll, "you") with { WorkingDirectory = _scratch.Path });
        Assert.True(process.ExitCode == 0 && process.StandardOutput == "hello you 4950\n", Sandboxed.Describe(process));
        Assert.Equal(HardeningLevel.Full, process.Level);
    }

    [Fact]
    public void The_output_is_binary_safe_and_the_input_reaches_it()
    {
        var bytes = new byte[300_000];
        new Random(7).NextBytes(bytes);
        var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, "/bin/cat") with { Input = bytes });
        Assert.Equal(bytes, process.GetStandardOutputBytes());
    }

    public void Dispose() => _scratch.Dispose();

    private static void Need(string name)
    {
        var program = name switch { "make-like" or "coreutils" => "sh", _ => name };
        Assert.SkipUnless(new[] { "/bin/", "/usr/bin/" }.Any(d => File.Exists(d + program)), $"needs {program}");
    }
}
