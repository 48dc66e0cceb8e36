using Sandbox.Bpf;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Violations;

/// <summary>Type information: the compiler's own, whose offsets the compiler tells, and what is none.</summary>
public sealed class KernelTypesTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Offsets_are_those_of_the_compiler()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/objcopy"), "needs objcopy");
        // The names are those that the probes ask for; the fields are our own.
        const string Source = """
            #include <stddef.h>
            #include <stdio.h>
            typedef struct { int counter; } atomic;
            struct qstr { union { struct { unsigned hash, len; }; unsigned long both; }; const unsigned char *name; };
            struct dentry { char odd; atomic count; union { struct qstr d_name; const struct qstr other; }; struct dentry *const d_parent; unsigned flag : 3, bits : 5; volatile long after; };
            typedef void (*btf_trace_something)(void *, int);
            struct dentry one; btf_trace_something two;
            int main(void) {
                printf("%zu %zu %zu %zu\n", offsetof(struct dentry, count.counter), offsetof(struct dentry, d_name.name), offsetof(struct dentry, d_parent), offsetof(struct dentry, after));
                return one.odd + (two != NULL);
            }
            """;
        Assert.SkipWhen(CProgram.Compiler is null, "needs a C compiler");
        var file = _scratch.At("types.c");
        File.WriteAllText(file, Source);
        var (code, _, error) = CProgram.Run(CProgram.Compiler!, ["-gbtf", "-O0", "-o", _scratch.At("types"), file]);
        Assert.SkipUnless(code == 0, "the compiler writes no BTF: " + error);
        Assert.Equal(0, CProgram.Run("/usr/bin/objcopy", ["-O", "binary", "--only-section=.BTF", "--set-section-flags", ".BTF=alloc", _scratch.At("types"), _scratch.At("types.btf")]).Code);
        var types = new KernelTypes(File.ReadAllBytes(_scratch.At("types.btf")));
        var expected = CProgram.Run(_scratch.At("types"), []).Output.Split(' ').Select(int.Parse);
        Assert.Equal(expected, new[] { "count.counter", "d_name.name", "d_parent", "after" }.Select(f => types.Offset("dentry", f)));
        Assert.NotNull(types.TypedefId("btf_trace_something"));
        Assert.Null(types.TypedefId("btf_trace_nothing"));
        Assert.Contains("struct dentry has no nothing", Assert.Throws<SandboxException>(() => types.Offset("dentry", "nothing")).Message);
    }

    [Fact]
    public void What_is_no_type_information_says_so()
    {
        Assert.Contains("isn't BTF", Assert.Throws<SandboxException>(() => new KernelTypes(new byte[100])).Message);
        Assert.Contains("isn't BTF", Assert.Throws<SandboxException>(() => new KernelTypes([])).Message);
    }
}
