# The entry point and the raw system call of x86-64 (System V ABI to syscall(2) registers).
	.text
	.globl	_start
_start:
	xor	%ebp, %ebp
	mov	%rsp, %rdi
	and	$-16, %rsp
	call	main
	mov	%eax, %edi
	mov	$231, %eax		# exit_group
	syscall

	.globl	sys_raw
	.hidden	sys_raw
sys_raw:
	mov	%rdi, %rax
	mov	%rsi, %rdi
	mov	%rdx, %rsi
	mov	%rcx, %rdx
	mov	%r8, %r10
	mov	%r9, %r8
	mov	8(%rsp), %r9
	syscall
	ret

	.globl	launcher_arch
	.hidden	launcher_arch
launcher_arch:
	xor	%eax, %eax
	ret

	.section .note.GNU-stack,"",%progbits
